package io.thingstead.broker;

import io.thingstead.authorize.Authorization;
import io.thingstead.model.Limits;
import org.jspecify.annotations.Nullable;

/**
 * A client that was let in and wants its session.
 *
 * @param cleanStart whether to forget what is kept for it
 * @param properties whether it speaks MQTT 5; a session is not resumed over another family
 * @param expirySeconds how long its session shall outlive the connection; 0 for not at all, {@link
 *     #FOR_EVER} for no end
 * @param windowMax QoS 1 and 2 messages it may have unacknowledged
 * @param limits what its connection is held to
 */
public record Connecting(
    String clientId,
    boolean cleanStart,
    boolean properties,
    long expirySeconds,
    int windowMax,
    Limits limits,
    Authorization authorization,
    @Nullable PendingWill will) {
  public static final long FOR_EVER = 0xFFFF_FFFFL;
}
