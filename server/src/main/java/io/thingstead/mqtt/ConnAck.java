package io.thingstead.mqtt;

/**
 * CONNACK. MQTT 3 has six return codes; the encoder sends the nearest one of the reason.
 *
 * @param properties ignored in MQTT 3
 */
public record ConnAck(boolean sessionPresent, ReasonCode reason, ConnAckProperties properties)
    implements Packet {
  @Override
  public Packet unexplained() {
    return new ConnAck(sessionPresent, reason, properties.unexplained());
  }
}
