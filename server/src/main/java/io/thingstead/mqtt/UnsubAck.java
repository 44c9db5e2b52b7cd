package io.thingstead.mqtt;

import java.util.List;

/**
 * UNSUBACK.
 *
 * @param packetId 1 to 65535
 * @param reasons one for each filter, in order; none in MQTT 3
 */
public record UnsubAck(int packetId, List<ReasonCode> reasons, Explanation explanation)
    implements Packet {
  @Override
  public Packet unexplained() {
    return new UnsubAck(packetId, reasons, Explanation.NONE);
  }
}
