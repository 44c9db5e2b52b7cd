package io.thingstead.broker;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a message came from, for rules, events and refusals.
 *
 * @param clientId the MQTT client id, or null when it did not come over MQTT
 * @param principalId {@code Principal.id()}, or null for the server itself
 * @param hops how many times rules have republished what led to this message
 */
public record Origin(
    @Nullable String clientId,
    @Nullable String principalId,
    @Nullable InetAddress sourceIp,
    int hops) {
  public static final Origin SERVER = new Origin(null, null, null, 0);
}
