package io.thingstead.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * CONNECT.
 *
 * @param version the protocol the client speaks from here on
 * @param cleanStart Clean Session of MQTT 3, Clean Start of MQTT 5
 * @param keepAliveSeconds 0 to 65535; 0 means none
 * @param clientId as sent; may be empty
 * @param will to publish when the connection is lost
 */
public record Connect(
    Version version,
    boolean cleanStart,
    int keepAliveSeconds,
    String clientId,
    @Nullable Will will,
    @Nullable String userName,
    byte @Nullable [] password,
    ConnectProperties properties)
    implements Packet {
  /** Without the password. */
  @Override
  public String toString() {
    return "Connect[" + version + ", clientId=" + clientId + ", cleanStart=" + cleanStart + "]";
  }
}
