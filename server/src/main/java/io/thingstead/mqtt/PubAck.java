package io.thingstead.mqtt;

/**
 * PUBACK: the receiver took a QoS 1 publish.
 *
 * @param packetId 1 to 65535
 * @param reason always {@code SUCCESS} in MQTT 3
 */
public record PubAck(int packetId, ReasonCode reason, Explanation explanation) implements Packet {
  @Override
  public Packet unexplained() {
    return new PubAck(packetId, reason, Explanation.NONE);
  }
}
