package io.thingstead.presence;

import io.thingstead.account.Account;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Clients;
import io.thingstead.broker.DisconnectReason;
import io.thingstead.broker.Lane;
import io.thingstead.broker.Session;
import io.thingstead.model.Uuids;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who is connected in one account, and who was in the last hour. What it is told of a client, it is
 * told on the client's lane.
 */
public final class Presence {
  /** How long a client that left is remembered, so that its version goes on where it was. */
  static final long REMEMBERED_MILLIS = 3_600_000;

  /** Clients that left and are remembered, in one account; the longest gone are forgotten first. */
  static final int REMEMBERED_MAX = 100_000;

  private final Clients clients;
  private final Events events;
  private final RandomGenerator random;
  private final Map<String, Visit> visits = new ConcurrentHashMap<>();

  /** Those that left, the longest gone first; each lane's are its own. */
  private final List<ArrayDeque<Visit>> goneByLane = new ArrayList<>();

  public Presence(Account account, Broker broker, RandomGenerator random) {
    this.clients = broker.clients();
    this.events = new Events(account, broker);
    this.random = random;
    for (int i = 0; i < clients.lanes(); i++) {
      goneByLane.add(new ArrayDeque<>());
    }
  }

  Events events() {
    return events;
  }

  /** Life-cycle events that somebody who must keep them could not take. */
  public LongAdder lostEvents() {
    return events.lost();
  }

  /** The client of a session has been told that it is connected; on its lane. */
  public Visit arrived(Session session, Visitor visitor) {
    String clientId = session.clientId();
    long now = clients.lane(clientId).nowMillis();
    Visit before = visits.get(clientId);
    long version = before == null || forgotten(before, now) ? 0 : before.version() + 1;
    Visit visit = new Visit(this, visitor, session, version, now);
    visits.put(clientId, visit);
    var _ = events.connected(visit);
    return visit;
  }

  void left(Visit visit, DisconnectReason reason) {
    Lane lane = clients.lane(visit.clientId());
    long now = lane.nowMillis();
    visit.left(new Visit.Left(reason, now));
    var _ = events.disconnected(visit, reason, now);
    ArrayDeque<Visit> gone = goneByLane.get(lane.number());
    gone.add(visit);
    forget(gone, now);
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
        visits.remove(oldest.clientId(), oldest);
      } else {
        gone.add(oldest);
      }
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

  /** The last connection of a client, if it is remembered. */
  @Nullable Visit visit(String clientId) {
    return visits.get(clientId);
  }
}
