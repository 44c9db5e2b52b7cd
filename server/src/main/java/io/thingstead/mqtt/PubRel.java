package io.thingstead.mqtt;

/**
 * PUBREL: the sender of a QoS 2 publish forgets the message.
 *
 * @param packetId 1 to 65535
 * @param reason always {@code SUCCESS} in MQTT 3
 */
public record PubRel(int packetId, ReasonCode reason, Explanation explanation) implements Packet {
  @Override
  public Packet unexplained() {
    return new PubRel(packetId, reason, Explanation.NONE);
  }
}
