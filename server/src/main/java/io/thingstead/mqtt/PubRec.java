package io.thingstead.mqtt;

/**
 * PUBREC: the receiver took a QoS 2 publish, first answer.
 *
 * @param packetId 1 to 65535
 * @param reason always {@code SUCCESS} in MQTT 3
 */
public record PubRec(int packetId, ReasonCode reason, Explanation explanation) implements Packet {
  @Override
  public Packet unexplained() {
    return new PubRec(packetId, reason, Explanation.NONE);
  }
}
