package io.thingstead.broker;

import io.thingstead.authorize.Authorization;
import io.thingstead.model.topic.Topic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What others do to the clients of an account: look at one, disconnect it, send it a message. Any
 * thread asks, the client's lane answers.
 */
public final class Remote {
  private final Broker broker;
  private final Clients clients;

  Remote(Broker broker, Clients clients) {
    this.broker = broker;
    this.clients = clients;
  }

  /**
   * A client's session.
   *
   * @param online whether the client is connected
   * @param durable whether it was made to outlive its connection
   * @param expirySeconds how long it does
   * @param offlineSinceMillis since when the client is away, in epoch milliseconds; 0 while online
   * @param queued messages that wait for the client
   * @param subscriptions how many
   * @param dropped messages of QoS 0 that the client was too slow for, since it connected last
   */
  public record SessionState(
      boolean online,
      boolean durable,
      long expirySeconds,
      long offlineSinceMillis,
      long queued,
      int subscriptions,
      long dropped) {}

  /** A filter as the client wrote it, with any {@code $share/NAME/}. */
  public record Held(String filter, Qos qos) {}

  private <R> CompletableFuture<R> on(String clientId, Supplier<R> work) {
    return CompletableFuture.supplyAsync(work, clients.lane(clientId).loop());
  }

  private @Nullable Session session(String clientId) {
    return clients.get(clients.lane(clientId), clientId);
  }

  /** The session of a client id; empty when there is none. */
  public CompletableFuture<Optional<SessionState>> state(String clientId) {
    return on(clientId, () -> Optional.ofNullable(session(clientId)).map(Remote::stateOf));
  }

  private static SessionState stateOf(Session session) {
    return new SessionState(
        session.online(),
        session.durable(),
        session.expirySeconds(),
        session.online() ? 0 : session.offlineSinceMillis(),
        session.outbound().queued(),
        session.subscriptions().size(),
        session.outbound().dropped());
  }

  /** What a client subscribes to, in the order of the filters; empty when it has no session. */
  public CompletableFuture<Optional<List<Held>>> subscriptions(String clientId) {
    return on(
        clientId,
        () ->
            Optional.ofNullable(session(clientId))
                .map(
                    session -> {
                      List<Held> held = new ArrayList<>();
                      session
                          .subscriptions()
                          .forEach(
                              (text, one) -> held.add(new Held(text, one.subscription().qos())));
                      held.sort(Comparator.comparing(Held::filter));
                      return held;
                    }));
  }

  /**
   * Ends a client's connection, if it has one.
   *
   * @param forget whether its session ends too
   * @param withholdWill whether its will is not published
   * @return completes when that is durable, with whether there was a session
   */
  public CompletableFuture<Boolean> disconnect(
      String clientId, boolean forget, boolean withholdWill) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    Lane lane = clients.lane(clientId);
    lane.loop().execute(() -> disconnect(clientId, lane, forget, withholdWill, done));
    return done;
  }

  private void disconnect(
      String clientId,
      Lane lane,
      boolean forget,
      boolean withholdWill,
      CompletableFuture<Boolean> done) {
    Session session = session(clientId);
    if (session == null) {
      done.complete(false);
      return;
    }
    if (withholdWill) {
      clients.withholdWill(session);
    }
    clients.close(session, Closing.ADMINISTRATIVE);
    if (forget && !session.ended()) {
      clients.end(session);
    }
    lane.journal()
        .then(
            durable -> {
              if (durable) {
                done.complete(true);
              } else {
                done.completeExceptionally(new NotAcceptedException(Outcome.UNAVAILABLE));
              }
            });
  }

  /**
   * Sends a message to a client that is connected, past all subscriptions. It is not kept: neither
   * for a client that is away nor if it is lost on the way.
   *
   * @param confirmSeconds how long to wait for the client's acknowledgement of QoS 1; 0 to send it
   *     with QoS 0 and not to wait
   */
  public CompletableFuture<DirectOutcome> send(
      String clientId,
      Topic topic,
      byte[] payload,
      MessageProperties properties,
      int confirmSeconds) {
    CompletableFuture<DirectOutcome> done = new CompletableFuture<>();
    Qos qos = confirmSeconds == 0 ? Qos.AT_MOST_ONCE : Qos.AT_LEAST_ONCE;
    Stored message =
        new Stored(
            0,
            broker.topic(topic),
            payload,
            qos,
            false,
            Long.MAX_VALUE,
            properties,
            Delivery.NO_IDS);
    clients
        .lane(clientId)
        .loop()
        .execute(() -> send(session(clientId), message, confirmSeconds, done));
    return done;
  }

  private static void send(
      @Nullable Session session,
      Stored message,
      int confirmSeconds,
      CompletableFuture<DirectOutcome> done) {
    Target to = session == null ? null : session.target();
    if (session == null || to == null) {
      done.complete(session == null ? DirectOutcome.UNKNOWN : DirectOutcome.AWAY);
      return;
    }
    Authorization may = session.authorization();
    if (may == null || !may.receive(message.topic.topic().text()).allowed()) {
      session.broker().counters().notReceivable.increment();
      done.complete(DirectOutcome.FORBIDDEN);
    } else if (confirmSeconds > 0) {
      session.outbound().directs().send(message, confirmSeconds, done::complete);
    } else if (!to.writable()) {
      session.broker().counters().dropped.increment();
      done.complete(DirectOutcome.BUSY);
    } else {
      int flags = Outgoing.flags(Qos.AT_MOST_ONCE, false, false);
      boolean sent = session.lane().replay(message).write(to, flags, 0, Delivery.NO_IDS, false);
      done.complete(sent ? DirectOutcome.DONE : DirectOutcome.TOO_LARGE);
    }
  }

  /**
   * Client ids with a session, in order. Looks at all of them, so it is for people, not for
   * machines; takes no lane's time.
   *
   * @param prefix what they begin with
   * @param after the id behind which to begin, or null
   */
  public List<String> clientIds(String prefix, @Nullable String after, int limit) {
    PriorityQueue<String> least = new PriorityQueue<>(Comparator.reverseOrder());
    clients.forEachId(
        id -> {
          if (id.startsWith(prefix) && (after == null || id.compareTo(after) > 0)) {
            least.add(id);
            if (least.size() > limit) {
              least.remove();
            }
          }
        });
    return least.stream().sorted().toList();
  }
}
