package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Message;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.Topic;
import io.thingstead.presence.ClientDescription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Life-cycle events and what is remembered of clients, by the test's clock. */
class LifeCycleTimeTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @RegisterExtension static final TestServer server = new TestServer(Profile.MQTT);

  /** Hears of the client {@code c}. */
  private static RawClient watcher() throws IOException {
    return server
        .join(server.five("w"))
        .subscribed("$aws/events/presence/+/" + server.name("c"), Qos.AT_LEAST_ONCE);
  }

  private static JsonNode next(RawClient watcher) throws IOException {
    return JSON.readTree(watcher.taken().payload().toString(StandardCharsets.UTF_8));
  }

  private static void assertConnected(RawClient watcher, long version) throws IOException {
    JsonNode event = next(watcher);
    assertThat(event.path("eventType").asString()).isEqualTo("connected");
    assertThat(event.path("versionNumber").asLong(-1)).isEqualTo(version);
  }

  private static void assertLeft(RawClient watcher, String reason) throws IOException {
    assertThat(next(watcher).path("disconnectReason").asString()).isEqualTo(reason);
  }

  private static Optional<ClientDescription> described() {
    return server.node().presence().known().describe(server.name("c")).join();
  }

  @Test
  void silenceIsAKeepAliveTimeout() throws IOException {
    RawClient watcher = watcher();
    RawClient client = server.join(server.three("c").keepAlive(10));
    assertConnected(watcher, 0);
    server.pass(16);
    client.closed();
    assertLeft(watcher, "MQTT_KEEP_ALIVE_TIMEOUT");
  }

  @Test
  void whoDoesNotTakeItsMessagesIsThrottled() throws IOException {
    RawClient watcher = watcher();
    server
        .join(server.five("c").receiveMaximum(1))
        .subscribed(server.name("/t"), Qos.AT_LEAST_ONCE);
    assertConnected(watcher, 0);
    Message message =
        Message.of(new Topic(server.name("/t")), new byte[1], Qos.AT_LEAST_ONCE, Origin.SERVER, 0);
    for (int i = 0; i < 10_002; i++) {
      var _ = server.node().broker().publish(message);
    }
    assertLeft(watcher, "THROTTLED");
  }

  @Test
  void versionsBeginAgainWhenTheClientWasAwayForAnHour() throws IOException {
    RawClient watcher = watcher();
    server.join(server.five("c")).lost();
    assertConnected(watcher, 0);
    assertLeft(watcher, "CONNECTION_LOST");
    server.pass(3600);
    server.join(server.five("c")).lost();
    assertConnected(watcher, 1);
    assertLeft(watcher, "CONNECTION_LOST");
    server.pass(3601);
    server.join(server.five("c"));
    assertConnected(watcher, 0);
  }

  @Test
  void versionsGoOnAsLongAsTheSessionIsKept() throws IOException {
    RawClient watcher = watcher();
    server.join(server.five("c").kept().expiry(20_000)).lost();
    assertConnected(watcher, 0);
    assertLeft(watcher, "CONNECTION_LOST");
    server.pass(19_000);
    server.join(server.five("c").kept().expiry(20_000)).lost();
    assertConnected(watcher, 1);
    assertLeft(watcher, "CONNECTION_LOST");
    server.pass(20_001);
    server.join(server.five("c"));
    assertConnected(watcher, 0);
  }

  @Test
  void aClientThatLeftIsKnownForHalfAnHourOrAsLongAsItsSession() throws IOException {
    server.join(server.five("c")).lost();
    server.pass(1800);
    assertThat(described().orElseThrow().connected()).isFalse();
    server.pass(1);
    assertThat(described()).isEmpty();

    server.join(server.five("c").kept().expiry(7200)).lost();
    server.pass(7100);
    ClientDescription kept = described().orElseThrow();
    assertThat(kept.connected()).isFalse();
    assertThat(kept.disconnectReason()).hasToString("CONNECTION_LOST");
    assertThat(kept.cleanSession()).isFalse();
    server.pass(200);
    assertThat(described()).isEmpty();
  }
}
