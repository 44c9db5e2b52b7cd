package io.thingstead.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * DISCONNECT. In MQTT 3 only clients send it, and it says nothing.
 *
 * @param sessionExpirySeconds replaces the one of CONNECT, or null
 * @param serverReference another server to use, or null
 */
public record Disconnect(
    ReasonCode reason,
    @Nullable Long sessionExpirySeconds,
    @Nullable String serverReference,
    Explanation explanation)
    implements Packet {
  /** A normal disconnection. */
  public static final Disconnect NORMAL =
      new Disconnect(ReasonCode.SUCCESS, null, null, Explanation.NONE);

  /** What a server says before it closes. */
  public static Disconnect because(ReasonCode reason, Explanation explanation) {
    return new Disconnect(reason, null, null, explanation);
  }

  @Override
  public Packet unexplained() {
    return new Disconnect(reason, sessionExpirySeconds, serverReference, Explanation.NONE);
  }
}
