package io.thingstead.presence;

import io.thingstead.broker.DisconnectReason;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a client that is connected, was lately, or has a session.
 *
 * @param connection its connection now, or the last one; null when the server has started since
 * @param disconnectedSinceMillis null while it is connected
 * @param disconnectReason null while it is connected, and when it is not known any more
 * @param session what is kept for it; null when nothing is
 */
public record ClientDescription(
    String clientId,
    boolean connected,
    @Nullable Connection connection,
    @Nullable Long disconnectedSinceMillis,
    @Nullable DisconnectReason disconnectReason,
    @Nullable Session session) {
  /**
   * A connection.
   *
   * @param thingName the thing it speaks for, or null
   * @param sinceMillis when CONNACK was sent
   * @param keepAliveSeconds 0 for none
   */
  public record Connection(
      String principalId,
      @Nullable String thingName,
      InetSocketAddress remote,
      InetSocketAddress local,
      int keepAliveSeconds,
      long sinceMillis) {}

  /**
   * A session.
   *
   * @param expirySeconds how long it outlives the connection; 0 when it ends with it
   * @param queued messages that wait for the client
   * @param dropped messages of QoS 0 that it was too slow for, since it connected last
   */
  public record Session(long expirySeconds, long queued, int subscriptions, long dropped) {}

  /** Whether nothing of it outlives its connection. */
  public boolean cleanSession() {
    return session == null || session.expirySeconds() == 0;
  }

  /** An address without the zone that IPv6 may have. */
  public static String text(InetSocketAddress address) {
    return Visitor.text(address.getAddress());
  }
}
