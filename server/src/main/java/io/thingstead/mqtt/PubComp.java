package io.thingstead.mqtt;

/**
 * PUBCOMP: the receiver of a QoS 2 publish forgets its id.
 *
 * @param packetId 1 to 65535
 * @param reason always {@code SUCCESS} in MQTT 3
 */
public record PubComp(int packetId, ReasonCode reason, Explanation explanation) implements Packet {
  @Override
  public Packet unexplained() {
    return new PubComp(packetId, reason, Explanation.NONE);
  }
}
