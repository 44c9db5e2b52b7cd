package io.thingstead.presence;

import io.thingstead.account.Account;
import io.thingstead.broker.Broker;
import io.thingstead.broker.DisconnectReason;
import io.thingstead.broker.Message;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Qos;
import io.thingstead.model.topic.Topic;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The life-cycle events of clients (developer guide, "Lifecycle events"). They are always on, but
 * one that nobody subscribes to and no rule selects is not made at all. Published at QoS 1 from the
 * client's own lane, so that whoever hears several of one client hears them in order.
 */
final class Events {
  private static final System.Logger LOG = System.getLogger(Events.class.getName());
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

  /** The events there are, and where they go. */
  enum Kind {
    CONNECTED("$aws/events/presence/connected/"),
    DISCONNECTED("$aws/events/presence/disconnected/"),
    CONNECT_FAILED("$aws/events/presence/connect_failed/"),
    SUBSCRIBED("$aws/events/subscriptions/subscribed/"),
    UNSUBSCRIBED("$aws/events/subscriptions/unsubscribed/");

    private final String prefix;
    private final String type;

    Kind(String prefix) {
      this.prefix = prefix;
      this.type =
          prefix.substring(prefix.lastIndexOf('/', prefix.length() - 2) + 1).replace("/", "");
    }
  }

  private final Account account;
  private final Broker broker;
  private final LongAdder lost = new LongAdder();

  Events(Account account, Broker broker) {
    this.account = account;
    this.broker = broker;
  }

  /** Events that somebody who must keep them could not take. */
  LongAdder lost() {
    return lost;
  }

  CompletionStage<Void> connected(Visit visit) {
    return publish(
        Kind.CONNECTED,
        visit,
        visit.sinceMillis(),
        event ->
            event
                .put("ipAddress", Visitor.text(visit.visitor().remote().getAddress()))
                .put("versionNumber", visit.version()));
  }

  CompletionStage<Void> disconnected(Visit visit, DisconnectReason reason, long atMillis) {
    return publish(
        Kind.DISCONNECTED,
        visit,
        atMillis,
        event ->
            event
                .put("clientInitiatedDisconnect", reason.byClient())
                .put("disconnectReason", reason.name())
                .put("versionNumber", visit.version()));
  }

  void subscribed(Visit visit, Supplier<List<String>> filters) {
    subscriptions(Kind.SUBSCRIBED, visit, filters);
  }

  void unsubscribed(Visit visit, Supplier<List<String>> filters) {
    subscriptions(Kind.UNSUBSCRIBED, visit, filters);
  }

  private void subscriptions(Kind kind, Visit visit, Supplier<List<String>> filters) {
    if (!heard(kind, visit.clientId())) {
      return;
    }
    List<String> topics = filters.get();
    if (!topics.isEmpty()) {
      long now = broker.clients().lane(visit.clientId()).nowMillis();
      publish(kind, visit, now, event -> topics.forEach(event.withArray("topics")::add));
    }
  }

  /** A client was refused for what its policies say, at any thread. */
  void connectFailed(String clientId, String principalId, InetAddress from, String attempt) {
    if (!heard(Kind.CONNECT_FAILED, clientId)) {
      return;
    }
    long now = broker.clients().lane(clientId).nowMillis();
    ObjectNode event =
        begin(Kind.CONNECT_FAILED, clientId, now)
            .put("connectFailureReason", "AUTHORIZATION_FAILED")
            .put("principalIdentifier", principalId)
            .put("sessionIdentifier", attempt)
            .put("ipAddress", Visitor.text(from));
    publish(Kind.CONNECT_FAILED, clientId, now, event);
  }

  /** Whether such an event of this client would reach anyone. */
  boolean heard(Kind kind, String clientId) {
    return broker.eventsHeard()
        && !clientId.isEmpty()
        && clientId.indexOf('#') < 0
        && clientId.indexOf('+') < 0
        && broker.heard(kind.prefix + clientId);
  }

  private CompletionStage<Void> publish(
      Kind kind, Visit visit, long atMillis, Consumer<ObjectNode> more) {
    String clientId = visit.clientId();
    if (!heard(kind, clientId)) {
      return DONE;
    }
    ObjectNode event = JSON.createObjectNode().put("clientId", clientId);
    var thing = visit.visitor().thing();
    if (thing != null && thing.exclusive()) {
      event.put("thingName", thing.name());
    }
    event
        .put("timestamp", atMillis)
        .put("eventType", kind.type)
        .put("sessionIdentifier", session(visit).toString())
        .put("principalIdentifier", visit.visitor().principalId());
    more.accept(event);
    return publish(kind, clientId, atMillis, event);
  }

  private static ObjectNode begin(Kind kind, String clientId, long atMillis) {
    return JSON.createObjectNode()
        .put("clientId", clientId)
        .put("timestamp", atMillis)
        .put("eventType", kind.type);
  }

  private CompletionStage<Void> publish(
      Kind kind, String clientId, long atMillis, ObjectNode event) {
    Message message =
        Message.of(
            new Topic(kind.prefix + clientId),
            JSON.writeValueAsBytes(event),
            Qos.AT_LEAST_ONCE,
            Origin.SERVER,
            atMillis);
    return broker
        .publish(clientId, message)
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                lost.increment();
                LOG.log(
                    System.Logger.Level.DEBUG,
                    "event {0} of client={1} was not kept by all who should: {2}",
                    kind.type,
                    clientId,
                    failure);
              }
            });
  }

  /** The same for the life of a session, over all its connections and restarts of the server. */
  private UUID session(Visit visit) {
    String name = account.id().digits() + '/' + visit.clientId() + '/' + visit.incarnation();
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
  }
}
