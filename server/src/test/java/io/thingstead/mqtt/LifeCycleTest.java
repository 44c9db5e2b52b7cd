package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Closing;
import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.TopicFilter;
import io.thingstead.net.Departure;
import io.thingstead.net.Draining;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is told of clients that come, go and subscribe, as a rule or a subscriber hears it. */
class LifeCycleTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path directory;
  private final AllowAll authorization = new AllowAll();
  private final List<RawClient> clients = new ArrayList<>();
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private TestNode node;

  private record Event(String topic, JsonNode json) {
    String reason() {
      return json.path("disconnectReason").asString("");
    }
  }

  @BeforeEach
  void start() {
    node = new TestNode(directory, 0, 2, Profile.THINGSTEAD, _ -> authorization);
    var _ =
        node.broker()
            .attach(
                new TopicFilter("$aws/events/#"),
                message -> {
                  JsonNode json = JSON.readTree(message.payload().toString(StandardCharsets.UTF_8));
                  events.add(new Event(message.topic().text(), json));
                  return null;
                });
  }

  @AfterEach
  void stop() throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
    node.close();
  }

  private Event next() throws InterruptedException {
    Event event = events.poll(10, TimeUnit.SECONDS);
    assertThat(event).as("an event").isNotNull();
    return event;
  }

  private RawClient joined(Version version, String clientId) throws Exception {
    RawClient client = connected(version, clientId, true);
    assertThat(next().topic()).isEqualTo("$aws/events/presence/connected/" + clientId);
    return client;
  }

  private RawClient connected(Version version, String clientId, boolean clean) throws Exception {
    RawClient client = RawClient.joined(node.port(), version, clientId, clean);
    clients.add(client);
    return client;
  }

  private void assertLeft(String clientId, String reason) throws InterruptedException {
    Event event = next();
    assertThat(event.topic()).isEqualTo("$aws/events/presence/disconnected/" + clientId);
    assertThat(event.reason()).isEqualTo(reason);
    assertThat(event.json().path("clientInitiatedDisconnect").asBoolean())
        .isEqualTo(reason.equals("CLIENT_INITIATED_DISCONNECT"));
  }

  private static List<String> fields(Event event) {
    return List.copyOf(event.json().propertyNames());
  }

  @Test
  void connectAndDisconnectTellWhoFromWhereAndWhichTime() throws Exception {
    RawClient client = connected(Version.V5, "c", true);
    Event connected = next();
    assertThat(fields(connected))
        .containsExactly(
            "clientId",
            "timestamp",
            "eventType",
            "sessionIdentifier",
            "principalIdentifier",
            "ipAddress",
            "versionNumber");
    assertThat(connected.json().path("clientId").asString()).isEqualTo("c");
    assertThat(connected.json().path("eventType").asString()).isEqualTo("connected");
    assertThat(connected.json().path("principalIdentifier").asString()).isEqualTo("anonymous");
    assertThat(connected.json().path("ipAddress").asString()).isEqualTo("127.0.0.1");
    assertThat(connected.json().path("versionNumber").asLong()).isZero();

    client.send(Disconnect.because(ReasonCode.SUCCESS, Explanation.NONE));
    Event left = next();
    assertThat(left.topic()).isEqualTo("$aws/events/presence/disconnected/c");
    assertThat(fields(left))
        .containsExactly(
            "clientId",
            "timestamp",
            "eventType",
            "sessionIdentifier",
            "principalIdentifier",
            "clientInitiatedDisconnect",
            "disconnectReason",
            "versionNumber");
    assertThat(left.json().path("sessionIdentifier"))
        .isEqualTo(connected.json().path("sessionIdentifier"));
    assertThat(left.json().path("versionNumber").asLong()).isZero();
    assertThat(left.reason()).isEqualTo("CLIENT_INITIATED_DISCONNECT");

    connected(Version.V5, "c", true);
    Event second = next();
    assertThat(second.json().path("versionNumber").asLong()).isEqualTo(1);
    assertThat(second.json().path("sessionIdentifier"))
        .isNotEqualTo(connected.json().path("sessionIdentifier"));
  }

  @Test
  void resumedSessionKeepsItsIdentifier() throws Exception {
    RawClient first = connected(Version.V3_1_1, "kept", false);
    JsonNode session = next().json().path("sessionIdentifier");
    first.close();
    assertLeft("kept", "CONNECTION_LOST");
    connected(Version.V3_1_1, "kept", false);
    assertThat(next().json().path("sessionIdentifier")).isEqualTo(session);
  }

  @Test
  void subscriptionsAreToldWithTheFiltersThatWereGranted() throws Exception {
    authorization.deny("subscribe no");
    RawClient client = joined(Version.V5, "c");
    client.send(
        new Subscribe(
            1,
            List.of(request("a/+"), request("no"), request("$share/g/b")),
            SubscribeProperties.NONE));
    client.read();
    Event subscribed = next();
    assertThat(subscribed.topic()).isEqualTo("$aws/events/subscriptions/subscribed/c");
    assertThat(fields(subscribed))
        .containsExactly(
            "clientId",
            "timestamp",
            "eventType",
            "sessionIdentifier",
            "principalIdentifier",
            "topics");
    assertThat(topics(subscribed)).containsExactlyInAnyOrder("a/+", "$share/g/b");

    client.send(new Unsubscribe(2, List.of("a/+", "never"), List.of()));
    client.read();
    Event unsubscribed = next();
    assertThat(unsubscribed.topic()).isEqualTo("$aws/events/subscriptions/unsubscribed/c");
    assertThat(topics(unsubscribed)).containsExactly("a/+");
  }

  private static Subscribe.Request request(String filter) {
    return new Subscribe.Request(
        filter, Qos.AT_LEAST_ONCE, false, false, Subscribe.RetainHandling.SEND);
  }

  private static List<String> topics(Event event) {
    return event.json().path("topics").valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void clientThatItsPoliciesRefuseIsToldAsFailed() throws Exception {
    authorization.deny("connect");
    try (RawClient client = new RawClient(node.port(), Version.V5)) {
      client.send(RawClient.connect(Version.V5, "c", true, null));
      assertThat(((ConnAck) client.read()).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }
    Event failed = next();
    assertThat(failed.topic()).isEqualTo("$aws/events/presence/connect_failed/c");
    assertThat(fields(failed))
        .containsExactly(
            "clientId",
            "timestamp",
            "eventType",
            "connectFailureReason",
            "principalIdentifier",
            "sessionIdentifier",
            "ipAddress");
    assertThat(failed.json().path("connectFailureReason").asString())
        .isEqualTo("AUTHORIZATION_FAILED");
  }

  @Test
  void clientsWithWildcardsInTheirIdAreNotTold() throws Exception {
    connected(Version.V5, "a+b", true).close();
    connected(Version.V5, "a#b", true).close();
    joined(Version.V5, "plain");
  }

  @Test
  void takeoverTellsTheOldOnesEndBeforeTheNewOne() throws Exception {
    joined(Version.V5, "same");
    connected(Version.V5, "same", true);
    assertLeft("same", "DUPLICATE_CLIENTID");
    assertThat(next().json().path("versionNumber").asLong()).isEqualTo(1);
  }

  @Test
  void everyOtherEndHasItsReason() throws Exception {
    authorization.deny("publish secret");
    joined(Version.V5, "lost").close();
    assertLeft("lost", "CONNECTION_LOST");

    RawClient wrong = joined(Version.V5, "wrong");
    wrong.send(RawClient.connect(Version.V5, "wrong", true, null));
    assertLeft("wrong", "CLIENT_ERROR");

    RawClient malformed = joined(Version.V3_1_1, "malformed");
    malformed.sendBytes(0x00, 0x00);
    assertLeft("malformed", "CLIENT_ERROR");

    RawClient denied = joined(Version.V3_1_1, "denied");
    denied.publish("secret", "x", Qos.AT_MOST_ONCE, false, 0);
    assertLeft("denied", "AUTH_ERROR");

    joined(Version.V5, "revoked");
    authorization.revoke();
    assertLeft("revoked", "AUTH_ERROR");

    joined(Version.V5, "ended");
    node.broker().clients().close("ended", Closing.ADMINISTRATIVE).join();
    assertLeft("ended", "API_INITIATED_DISCONNECT");
  }

  @Test
  void whatCarriesTheConnectionTellsItsEndToo() throws Exception {
    assertEnd(Draining.INSTANCE, "SERVER_INITIATED_DISCONNECT");
    assertEnd(
        new Departure(Departure.Cause.LIFETIME_OVER, "a day is over"), "WEBSOCKET_TTL_EXPIRATION");
    assertEnd(
        new Departure(Departure.Cause.CLIENT_LEFT, "close frame"), "CLIENT_INITIATED_DISCONNECT");
    assertEnd(new Departure(Departure.Cause.CLIENT_ERROR, "text frame"), "CLIENT_ERROR");
    assertEnd(new Departure(Departure.Cause.REVOKED, "listed"), "FORBIDDEN_ACCESS");
  }

  private void assertEnd(Object userEvent, String reason) throws Exception {
    joined(Version.V5, "carried");
    node.fire(userEvent);
    assertLeft("carried", reason);
  }

  @Test
  void subscriberHearsEventsAndNeedsItsPolicies() throws Exception {
    authorization.deny("receive $aws/events/presence/connected/secret");
    RawClient watcher = joined(Version.V5, "watcher");
    watcher.subscribe("$aws/events/presence/+/+", Qos.AT_LEAST_ONCE);
    watcher.read();
    next();
    joined(Version.V5, "secret").close();
    next();
    joined(Version.V5, "seen");
    Publish one = (Publish) watcher.read();
    Publish other = (Publish) watcher.read();
    // Only what is told of one client has an order.
    assertThat(List.of(one.topic(), other.topic()))
        .containsExactlyInAnyOrder(
            "$aws/events/presence/disconnected/secret", "$aws/events/presence/connected/seen");
    assertThat(one.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
  }
}
