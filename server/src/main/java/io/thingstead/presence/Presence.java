package io.thingstead.presence;

import io.thingstead.account.Account;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Clients;
import io.thingstead.broker.DisconnectReason;
import io.thingstead.broker.Lane;
import io.thingstead.broker.Notes;
import io.thingstead.broker.Session;
import io.thingstead.engine.Rows;
import io.thingstead.model.Uuids;
import io.thingstead.row.Json;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * Who is connected in one account, and who was in the last hour. What it is told of a client, it is
 * told on the client's lane.
 *
 * <p>A connection that somebody could hear of is noted on disk, so that its end is told even when
 * the server ends first: by the next start, as a connection that was lost.
 */
public final class Presence {
  /** How long a client that left is remembered, so that its version goes on where it was. */
  static final long REMEMBERED_MILLIS = 3_600_000;

  /** Clients that left and are remembered, in one account; the longest gone are forgotten first. */
  static final int REMEMBERED_MAX = 100_000;

  private final Clients clients;
  private final KnownClients known;
  private final Notes notes;
  private final LiveClients live = new LiveClients();
  private final Events events;
  private final RandomGenerator random;
  private final Map<String, Visit> visits = new ConcurrentHashMap<>();

  /** Events that are on their way to who must keep them. */
  private final Map<Long, CompletableFuture<Void>> telling = new ConcurrentHashMap<>();

  private final AtomicLong told = new AtomicLong();

  /** Those that left, the longest gone first; each lane's are its own. */
  private final List<ArrayDeque<Visit>> goneByLane = new ArrayList<>();

  public Presence(Account account, Broker broker, RandomGenerator random) {
    this.clients = broker.clients();
    this.known = new KnownClients(broker, visits);
    this.notes = new Notes(broker, Tables.VISIT);
    this.events = new Events(account, broker);
    this.random = random;
    for (int i = 0; i < clients.lanes(); i++) {
      goneByLane.add(new ArrayDeque<>());
    }
  }

  Events events() {
    return events;
  }

  /**
   * Has it told when a client comes with a principal that another client uses at that time: the
   * principal, the first client, the second. On the second one's lane; must not block.
   */
  public void onShared(SharedPrincipal listener) {
    live.onShared(listener);
  }

  /** Life-cycle events that somebody who must keep them could not take. */
  public LongAdder lostEvents() {
    return events.lost();
  }

  // What happens.

  /** The client of a session has been told that it is connected; on its lane. */
  public Visit arrived(Session session, Visitor visitor) {
    String clientId = session.clientId();
    long now = clients.lane(clientId).nowMillis();
    Visit before = visits.get(clientId);
    long version = before == null || forgotten(before, now) ? 0 : before.version() + 1;
    Visit visit = new Visit(this, visitor, session, version, now);
    visits.put(clientId, visit);
    live.arrived(visitor.principalId(), clientId);
    if (events.heard(Events.Kind.CONNECTED, clientId)
        || events.heard(Events.Kind.DISCONNECTED, clientId)) {
      note(visit);
      telling(events.connected(visit));
    } else if (before != null && before.noted()) {
      notes.delete(clientId);
    }
    return visit;
  }

  /** A connection of this run has ended. */
  void ended(Visit visit, DisconnectReason reason) {
    live.left(visit.visitor().principalId(), visit.clientId());
    left(visit, reason);
  }

  private void left(Visit visit, DisconnectReason reason) {
    Lane lane = clients.lane(visit.clientId());
    long now = lane.nowMillis();
    visit.left(new Visit.Left(reason, now));
    tellLeft(lane, visit, reason, now);
    ArrayDeque<Visit> gone = goneByLane.get(lane.number());
    gone.add(visit);
    forget(gone, now);
  }

  /** The row is changed when whoever must hear of the end has heard, so that a crash repeats it. */
  private void tellLeft(Lane lane, Visit visit, DisconnectReason reason, long now) {
    CompletionStage<Void> told = events.disconnected(visit, reason, now);
    telling(visit.noted() ? told.thenRunAsync(() -> note(visit), lane.loop()) : told);
  }

  private void telling(CompletionStage<Void> stage) {
    CompletableFuture<Void> future = stage.toCompletableFuture();
    if (!future.isDone()) {
      Long number = told.incrementAndGet();
      telling.put(number, future);
      var _ = future.whenComplete((_, _) -> telling.remove(number));
    }
  }

  private void note(Visit visit) {
    if (visit.equals(visits.get(visit.clientId()))) {
      visit.noted(true);
      notes.put(visit.clientId(), Json.encode(VisitRow.of(visit)));
    }
  }

  private void forget(ArrayDeque<Visit> gone, long now) {
    int most = Math.max(1, REMEMBERED_MAX / goneByLane.size());
    // Two for each that comes, so that the queue gets shorter as soon as it may.
    for (int looked = 0; looked < 2; looked++) {
      Visit oldest = gone.peek();
      boolean full = gone.size() > most;
      if (oldest == null || !full && !old(oldest, now)) {
        return;
      }
      gone.remove();
      if (full || forgotten(oldest, now)) {
        forget(oldest);
      } else {
        gone.add(oldest);
      }
    }
  }

  private void forget(Visit visit) {
    if (visits.remove(visit.clientId(), visit) && visit.noted()) {
      notes.delete(visit.clientId());
    }
  }

  /** A client that left is forgotten after an hour, or when its session has expired later. */
  private boolean forgotten(Visit visit, long now) {
    return old(visit, now)
        && !(visit.durable() && clients.has(visit.clientId(), visit.incarnation()));
  }

  private static boolean old(Visit visit, long now) {
    Visit.Left left = visit.left();
    return left != null && now - left.atMillis() > REMEMBERED_MILLIS;
  }

  /** A client was not let in, for what the policies say; on any thread. */
  public void refused(String clientId, String principalId, InetAddress from) {
    events.connectFailed(clientId, principalId, from, Uuids.next(random));
  }

  // A start and an end of the server.

  /**
   * Takes up what a former run has noted, and tells of the connections that it did not see end; on
   * the caller's thread, when all who may hear of it are there and before clients connect.
   *
   * @return completes when the lanes have taken it over
   */
  public CompletableFuture<Void> start() {
    List<Visit> noted =
        notes.all().stream()
            .map(this::visit)
            .sorted(
                Comparator.comparingLong(
                    visit -> visit.left() == null ? Long.MAX_VALUE : visit.left().atMillis()))
            .toList();
    return CompletableFuture.allOf(
        noted.stream()
            .map(
                visit ->
                    CompletableFuture.runAsync(
                        () -> takeUp(visit), clients.lane(visit.clientId()).loop()))
            .toArray(CompletableFuture[]::new));
  }

  private Visit visit(Rows.Row row) {
    return new Visit(this, row.key().read().text(), Json.decode(row.value(), VisitRow.class));
  }

  private void takeUp(Visit visit) {
    visits.put(visit.clientId(), visit);
    if (visit.left() == null) {
      left(visit, DisconnectReason.CONNECTION_LOST);
    } else {
      Lane lane = clients.lane(visit.clientId());
      ArrayDeque<Visit> gone = goneByLane.get(lane.number());
      gone.add(visit);
      forget(gone, lane.nowMillis());
    }
  }

  /**
   * Completes when everyone has heard what was told until now, or could not, and that is noted; to
   * be called when all connections are closed and their lanes still run.
   */
  public CompletableFuture<Void> settle() {
    return CompletableFuture.allOf(telling.values().toArray(CompletableFuture[]::new))
        .exceptionally(_ -> null)
        .thenCompose(_ -> notes.flushed());
  }

  /** What is known of clients; any thread may ask. */
  public KnownClients known() {
    return known;
  }
}
