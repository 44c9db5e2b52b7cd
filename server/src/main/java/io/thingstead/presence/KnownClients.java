package io.thingstead.presence;

import io.thingstead.authorize.ConnectedThing;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Clients;
import io.thingstead.broker.Remote;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What is known of an account's clients: connections, past and present, and sessions. */
public final class KnownClients {
  /** How long a client that left and has no session is told of. */
  static final long TOLD_MILLIS = 1_800_000;

  private final Clients clients;
  private final Remote remote;
  private final Map<String, Visit> visits;

  /**
   * @param visits the last of each client; any thread may read it
   */
  KnownClients(Broker broker, Map<String, Visit> visits) {
    this.clients = broker.clients();
    this.remote = broker.remote();
    this.visits = visits;
  }

  /**
   * What is known of a client; empty when it is not connected, has no session, and is long gone.
   */
  public CompletableFuture<Optional<ClientDescription>> describe(String clientId) {
    return remote.state(clientId).thenApply(state -> describe(clientId, state.orElse(null)));
  }

  private Optional<ClientDescription> describe(
      String clientId, Remote.@Nullable SessionState state) {
    Visit visit = visits.get(clientId);
    Visit.Left left = visit == null ? null : visit.left();
    boolean connected = visit != null && left == null;
    if (!connected && state == null && !(left != null && told(clientId, left))) {
      return Optional.empty();
    }
    Long since = left == null ? null : left.atMillis();
    if (visit == null && state != null) {
      since = state.offlineSinceMillis();
    }
    return Optional.of(
        new ClientDescription(
            clientId,
            connected,
            visit == null ? null : connection(visit),
            since,
            left == null ? null : left.reason(),
            state == null
                ? null
                : new ClientDescription.Session(
                    state.expirySeconds(),
                    state.queued(),
                    state.subscriptions(),
                    state.dropped())));
  }

  private boolean told(String clientId, Visit.Left left) {
    return clients.lane(clientId).nowMillis() - left.atMillis() <= TOLD_MILLIS;
  }

  /** From where a client is or was last connected, as text; empty when it is not known. */
  public String address(String clientId) {
    Visit visit = visits.get(clientId);
    return visit == null ? "" : Visitor.text(visit.visitor().remote().getAddress());
  }

  private static ClientDescription.Connection connection(Visit visit) {
    Visitor who = visit.visitor();
    ConnectedThing thing = who.thing();
    return new ClientDescription.Connection(
        who.principalId(),
        thing == null ? null : thing.name(),
        who.remote(),
        who.local(),
        who.keepAliveSeconds(),
        visit.sinceMillis());
  }

  /** The same of several clients, in the order given, without those of whom nothing is known. */
  public CompletableFuture<List<ClientDescription>> describe(List<String> clientIds) {
    List<CompletableFuture<Optional<ClientDescription>>> each =
        clientIds.stream().map(this::describe).toList();
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
        .thenApply(_ -> each.stream().flatMap(one -> one.join().stream()).toList());
  }

  /**
   * Client ids of whom something is known, in order. Looks at all clients, so it is for people; it
   * takes no lane's time.
   *
   * @param connected only those that are connected now
   * @param after the id behind which to begin, or null
   */
  public List<String> clientIds(
      String prefix, boolean connected, @Nullable String after, int limit) {
    TreeSet<String> least = new TreeSet<>();
    visits.forEach(
        (id, visit) -> {
          Visit.Left left = visit.left();
          boolean counts = left == null || !connected && told(id, left);
          if (counts && id.startsWith(prefix) && (after == null || id.compareTo(after) > 0)) {
            least.add(id);
            if (least.size() > limit) {
              least.pollLast();
            }
          }
        });
    if (!connected) {
      least.addAll(remote.clientIds(prefix, after, limit));
    }
    return least.stream().limit(limit).toList();
  }
}
