package io.thingstead.broker;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.model.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of an account by client id: who takes one over, how long it is kept, what it
 * subscribes to. Everything about one client happens on the lane of its id.
 */
public final class Clients {
  private final Broker broker;
  private final Lanes lanes;
  private final List<Map<String, Session>> byLane = new ArrayList<>();
  private final Wills wills;
  private final AtomicInteger online = new AtomicInteger();
  private final Subscriptions subscriptions;

  /** QoS 2 messages of a former run that sinks have still to get. */
  private final List<List<Once>> unroutedByLane = new ArrayList<>();

  Clients(Broker broker, Lanes lanes) {
    this.broker = broker;
    this.lanes = lanes;
    for (int i = 0; i < lanes.count(); i++) {
      // Changed by its lane alone; others read the client ids.
      byLane.add(new ConcurrentHashMap<>());
      unroutedByLane.add(new ArrayList<>());
    }
    wills = new Wills(broker);
    subscriptions = new Subscriptions(broker);
  }

  /** The lane of a client id, to which its connection must move before {@link #connect}. */
  public Lane lane(String clientId) {
    return lanes.of(clientId);
  }

  /** How many lanes there are. */
  public int lanes() {
    return lanes.count();
  }

  /** Whether a session is still there, with a client or without; on the client's lane. */
  public boolean has(String clientId, long incarnation) {
    Session session = on(lane(clientId)).get(clientId);
    return session != null && session.incarnation() == incarnation;
  }

  /** Clients that are connected. */
  public int online() {
    return online.get();
  }

  /** What sessions want to get. */
  public Subscriptions subscriptions() {
    return subscriptions;
  }

  private Map<String, Session> on(Lane lane) {
    return byLane.get(lane.number());
  }

  /** What became of a CONNECT. */
  public interface Connected {
    /**
     * The client has its session; nothing was sent to it yet.
     *
     * @param present whether it had been kept for it
     */
    void connected(Session session, boolean present);

    /** What must be durable cannot be made so, or another connection came meanwhile. */
    void refused(Closing why);
  }

  /**
   * Gives a client its session, from whichever connection has it now. On the client's lane; the
   * answer comes when all that must survive is durable.
   */
  public void connect(Connecting client, Target target, Connected to) {
    Lane lane = lane(client.clientId());
    Session known = on(lane).get(client.clientId());
    if ((known == null || !known.online())
        && online.get() >= broker.limits().connect().connections()) {
      broker.counters().exceeded("connect.connections");
      to.refused(Closing.TOO_MANY);
      return;
    }
    boolean kept = known != null && known.durable();
    if (known != null) {
      close(known, Closing.TAKEN_OVER);
      known = on(lane).get(client.clientId());
    }
    boolean resumes =
        known != null
            && known.durable()
            && !client.cleanStart()
            && known.properties() == client.properties();
    if (known != null && !resumes) {
      end(known);
      known = null;
    }
    // What is forgotten must stay so: its deletion is waited for too [MQTT-3.1.2-4].
    boolean writes = kept || client.expirySeconds() > 0 || client.will() != null;
    Session session = known == null ? begin(lane, client) : known;
    session.connecting(to);
    if (!writes) {
      finish(session, client, target, to, resumes);
      return;
    }
    session.expirySeconds(client.expirySeconds());
    session.offlineSinceMillis(0);
    if (session.durable()) {
      putRow(session);
    }
    wills.set(session, client.will());
    lane.journal()
        .then(
            durable -> {
              if (!to.equals(session.connecting())) {
                return;
              }
              if (durable) {
                finish(session, client, target, to, resumes);
              } else {
                session.connecting(null);
                wills.cancel(session);
                away(session);
                to.refused(Closing.UNAVAILABLE);
              }
            });
  }

  private Session begin(Lane lane, Connecting client) {
    // Unique for the client: no two sessions of one id begin in one millisecond and both leave
    // rows, since the rows of the first are deleted first, in the same order.
    Session session =
        new Session(
            broker,
            lane,
            client.clientId(),
            client.properties(),
            lane.incarnation(),
            client.expirySeconds());
    on(lane).put(client.clientId(), session);
    return session;
  }

  private void finish(
      Session session, Connecting client, Target target, Connected to, boolean resumes) {
    session.connecting(null);
    online.incrementAndGet();
    broker.counters().connected.increment();
    session.attach(target, client);
    to.connected(session, resumes);
    session.outbound().pump();
    session.wakeGroups();
  }

  private static void putRow(Session session) {
    session.putRow(
        Tables.SESSION,
        Key.of(session.clientId()),
        new SessionRow(
                session.incarnation(),
                session.properties(),
                session.expirySeconds(),
                session.offlineSinceMillis())
            .encode());
  }

  /** Closes the session's connection, if it has one, as after a loss. */
  void close(Session session, Closing why) {
    Connected waiting = session.connecting();
    if (waiting != null) {
      session.connecting(null);
      waiting.refused(why);
      wills.lost(session);
      away(session);
    }
    Target target = session.target();
    if (target != null) {
      disconnected(session, target, true);
      target.close(why);
    }
  }

  /**
   * The connection of a session is over. On its lane.
   *
   * @param target the connection; nothing happens if the session has another by now
   * @param lost whether the client did not say that it leaves for good, so that its will counts
   */
  public void disconnected(Session session, Target target, boolean lost) {
    if (!target.equals(session.target())) {
      return;
    }
    session.detach();
    online.decrementAndGet();
    if (lost) {
      wills.lost(session);
    } else {
      wills.cancel(session);
    }
    away(session);
  }

  /**
   * The client changes how long its session is kept, as it leaves.
   *
   * @return false when it was to end with the connection, which cannot be changed [MQTT-3.14.2-2]
   */
  public boolean expiry(Session session, long seconds, Limits limits) {
    if (session.expirySeconds() == 0 && seconds > 0) {
      return false;
    }
    session.expirySeconds(Math.min(seconds, limits.sessions().longest().toSeconds()));
    return true;
  }

  /** The client's will is not to be published, however it leaves; on its lane. */
  void withholdWill(Session session) {
    wills.cancel(session);
  }

  /** Tells every client id that has a session; on any thread. */
  void forEachId(Consumer<String> to) {
    byLane.forEach(lane -> lane.keySet().forEach(to));
  }

  private void away(Session session) {
    if (session.ended()) {
      return;
    }
    if (session.expirySeconds() == 0) {
      end(session);
      return;
    }
    session.offlineSinceMillis(session.lane().nowMillis());
    putRow(session);
    expireLater(session);
  }

  private void expireLater(Session session) {
    if (session.expirySeconds() == Connecting.FOR_EVER) {
      return;
    }
    long since = session.offlineSinceMillis();
    session
        .lane()
        .wheel()
        .at(
            since + session.expirySeconds() * 1000,
            () -> {
              if (!session.ended() && !session.busy() && session.offlineSinceMillis() == since) {
                broker.counters().expired.increment();
                end(session);
              }
            });
  }

  /** Forgets a session and all its rows. */
  void end(Session session) {
    session.end();
    on(session.lane()).remove(session.clientId(), session);
    wills.sessionEnds(session);
    subscriptions.end(session);
    session.subscriptions().clear();
    if (session.durable()) {
      session.deleteRow(Tables.SESSION, Key.of(session.clientId()));
      session.deleteRows(Tables.SUBSCRIPTION, session.key());
      session.deleteRows(Tables.QUEUE, session.key());
      session.deleteRows(Tables.INBOUND, session.key());
      session.deleteRow(Tables.PROGRESS, session.key());
      session.outbound().spool().end();
    }
  }

  /** Closes every connection of the account; completes when the lanes have. */
  public CompletableFuture<Void> closeAll(Closing why) {
    CompletableFuture<?>[] all = new CompletableFuture<?>[lanes.count()];
    for (int i = 0; i < all.length; i++) {
      Lane lane = lanes.at(i);
      all[i] =
          CompletableFuture.runAsync(
              () -> List.copyOf(on(lane).values()).forEach(session -> close(session, why)),
              lane.loop());
    }
    return CompletableFuture.allOf(all);
  }

  /** Closes a client's connection; completes with whether it had one. */
  public CompletableFuture<Boolean> close(String clientId, Closing why) {
    Lane lane = lane(clientId);
    return CompletableFuture.supplyAsync(
        () -> {
          Session session = on(lane).get(clientId);
          if (session == null || !session.online()) {
            return false;
          }
          close(session, why);
          return true;
        },
        lane.loop());
  }

  /** Takes over the sessions of a partition, which the executor reads. */
  CompletableFuture<?> load(int partition, Rows rows, Executor reader) {
    Lane lane = lanes.of(partition);
    return CompletableFuture.supplyAsync(() -> LoadedSession.all(rows, broker.router()), reader)
        .thenAcceptAsync(found -> found.forEach(one -> adopt(lane, one)), lane.loop());
  }

  /** Routes the QoS 2 messages that a former run took but did not route. */
  CompletableFuture<Void> routeTaken() {
    CompletableFuture<?>[] all = new CompletableFuture<?>[lanes.count()];
    for (int i = 0; i < all.length; i++) {
      List<Once> unrouted = unroutedByLane.get(i);
      all[i] =
          CompletableFuture.runAsync(
              () -> {
                unrouted.forEach(Once::resume);
                unrouted.clear();
              },
              lanes.at(i).loop());
    }
    return CompletableFuture.allOf(all);
  }

  /** Publishes what clients left behind that were connected when the server ended. */
  CompletableFuture<?> loadWills(int partition, List<Rows.Row> rows) {
    Lane lane = lanes.of(partition);
    return CompletableFuture.runAsync(() -> wills.load(lane, rows), lane.loop());
  }

  private void adopt(Lane lane, LoadedSession loaded) {
    SessionRow row = loaded.row();
    lane.gave(row.incarnation());
    Session session =
        new Session(
            broker,
            lane,
            loaded.clientId(),
            row.properties(),
            row.incarnation(),
            Math.max(1, row.expirySeconds()));
    session.expirySeconds(row.expirySeconds());
    // A client that was online when the server ended is lost as of now.
    long since = row.offlineSinceMillis();
    session.offlineSinceMillis(since == 0 ? lane.nowMillis() : since);
    on(lane).put(loaded.clientId(), session);
    loaded
        .subscriptions()
        .forEach(
            (text, one) -> {
              Session.Held held = one.held(session);
              session.subscriptions().put(text, held);
              subscriptions.restore(held);
            });
    loaded
        .inbound()
        .forEach(
            (packetId, unrouted) -> {
              session.inbound().load(packetId, unrouted.isEmpty());
              unrouted.ifPresent(
                  message ->
                      unroutedByLane
                          .get(lane.number())
                          .add(new Once(broker, session, packetId, message)));
            });
    session.outbound().spool().load(loaded.progress(), loaded.tail());
    if (row.expirySeconds() == 0) {
      end(session);
    } else {
      expireLater(session);
    }
  }

  /** The session of a client id, for those on its lane. */
  @Nullable Session get(Lane lane, String clientId) {
    return on(lane).get(clientId);
  }
}
