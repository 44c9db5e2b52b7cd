package io.thingstead.presence;

import io.thingstead.broker.DisconnectReason;
import io.thingstead.broker.Session;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client, from its CONNACK to its end, and what is remembered of it for a while
 * after. The client's lane alone changes it; any thread may read it.
 */
public final class Visit {
  private final Presence presence;
  private final Visitor visitor;
  private final String clientId;
  private final long incarnation;
  private final boolean durable;
  private final long version;
  private final long sinceMillis;
  private volatile @Nullable Left left;

  /** Whether there is a row of it. */
  private boolean noted;

  /** How it ended. */
  record Left(DisconnectReason reason, long atMillis) {}

  Visit(Presence presence, Visitor visitor, Session session, long version, long sinceMillis) {
    this.presence = presence;
    this.visitor = visitor;
    this.clientId = session.clientId();
    this.incarnation = session.incarnation();
    this.durable = session.durable();
    this.version = version;
    this.sinceMillis = sinceMillis;
  }

  /** One that a former run of the server has noted. */
  Visit(Presence presence, String clientId, VisitRow row) {
    this.presence = presence;
    this.visitor = row.visitor();
    this.clientId = clientId;
    this.incarnation = row.incarnation();
    this.durable = row.durable();
    this.version = row.version();
    this.sinceMillis = row.sinceMillis();
    this.left = row.reason() == null ? null : new Left(row.reason(), row.leftMillis());
    this.noted = true;
  }

  /** The connection has ended; on the client's lane, once. */
  public void left(DisconnectReason reason) {
    presence.ended(this, reason);
  }

  /**
   * The client has been told that it is subscribed.
   *
   * @param filters as it wrote them; asked for only when somebody listens
   */
  public void subscribed(Supplier<List<String>> filters) {
    presence.events().subscribed(this, filters);
  }

  /** The client has been told that it is not subscribed any more. */
  public void unsubscribed(Supplier<List<String>> filters) {
    presence.events().unsubscribed(this, filters);
  }

  void left(Left how) {
    left = how;
  }

  boolean noted() {
    return noted;
  }

  void noted(boolean now) {
    noted = now;
  }

  Visitor visitor() {
    return visitor;
  }

  String clientId() {
    return clientId;
  }

  /** Of the session; see {@link Session#incarnation}. */
  long incarnation() {
    return incarnation;
  }

  /** Whether its session was made to outlive it. */
  boolean durable() {
    return durable;
  }

  /** The number of this connection among those of its client. */
  long version() {
    return version;
  }

  /** Epoch milliseconds of its begin. */
  long sinceMillis() {
    return sinceMillis;
  }

  /** How it ended, or null while it lasts. */
  @Nullable Left left() {
    return left;
  }
}
