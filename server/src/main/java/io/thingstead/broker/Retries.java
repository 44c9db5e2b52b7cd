package io.thingstead.broker;

import io.thingstead.model.Limits;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Since when the QoS 1 messages to one client wait for their acknowledgement, by packet id, over
 * all its connections: the original gives such a message up after a while (developer guide, "MQTT":
 * QoS 1). A restart of the server begins anew. On the session's lane.
 */
final class Retries {
  private final Session session;
  private final long millis;
  private final String limit;
  private long[] since = {};
  private boolean watching;

  private Retries(Session session, int seconds, String limit) {
    this.session = session;
    this.millis = seconds * 1000L;
    this.limit = limit;
  }

  /** For a session; null when it waits for ever. */
  static @Nullable Retries of(Session session, Limits.Messages limits) {
    boolean five = session.properties();
    int seconds = five ? limits.retryV5Seconds() : limits.retryV3Seconds();
    return seconds == Limits.UNLIMITED
        ? null
        : new Retries(
            session, seconds, five ? "messages.retryV5Seconds" : "messages.retryV3Seconds");
  }

  /** A packet id waits for PUBACK, or no longer. */
  void waits(int id, boolean waits) {
    if (!waits) {
      if (id <= since.length) {
        since[id - 1] = 0;
      }
      return;
    }
    if (id > since.length) {
      since = Arrays.copyOf(since, Math.max(8, Math.max(id, since.length * 2)));
    }
    if (since[id - 1] == 0) {
      since[id - 1] = session.lane().nowMillis();
      watch(since[id - 1]);
    }
  }

  /** Whether a message has waited too long, so that it is not sent again. */
  boolean over(int id) {
    return id <= since.length
        && since[id - 1] != 0
        && session.lane().nowMillis() - since[id - 1] >= millis;
  }

  /** The client is there: what waits too long while it is is given up. */
  void watch() {
    Arrays.stream(since).filter(at -> at != 0).min().ifPresent(this::watch);
  }

  private void watch(long oldest) {
    if (!watching) {
      watching = true;
      session.lane().wheel().at(oldest + millis, this::look);
    }
  }

  private void look() {
    watching = false;
    if (session.target() == null) {
      return;
    }
    for (int id = 1; id <= since.length; id++) {
      if (over(id)) {
        session.outbound().giveUp(id);
      }
    }
    watch();
  }

  /** One was given up. */
  void gaveUp() {
    session
        .broker()
        .exceeded(
            limit,
            () ->
                "messages are given up that client "
                    + session.clientId()
                    + " does not acknowledge");
  }
}
