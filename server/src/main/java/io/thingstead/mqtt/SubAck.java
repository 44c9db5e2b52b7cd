package io.thingstead.mqtt;

import java.util.List;

/**
 * SUBACK.
 *
 * @param packetId 1 to 65535
 * @param reasons one for each request, in order; MQTT 3 sends 0x80 for every failure
 */
public record SubAck(int packetId, List<ReasonCode> reasons, Explanation explanation)
    implements Packet {
  @Override
  public Packet unexplained() {
    return new SubAck(packetId, reasons, Explanation.NONE);
  }
}
