package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a subscriber with a durable session hears of clients over an end of the server. */
class LifeCycleRestartTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path directory;

  private static TestNode node(Path data) {
    AllowAll all = new AllowAll();
    return new TestNode(data, 0, 2, Profile.THINGSTEAD, _ -> all);
  }

  private static RawClient watcher(TestNode node) throws IOException {
    return RawClient.joined(node.port(), Version.V3_1_1, "watch", false);
  }

  private static JsonNode next(RawClient watcher) throws IOException {
    Publish event = (Publish) watcher.read();
    watcher.send(new PubAck(event.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
    return JSON.readTree(event.payload().toString(StandardCharsets.UTF_8));
  }

  private static void assertTold(JsonNode event, String type, String reason, long version) {
    assertThat(event.path("clientId").asString()).isEqualTo("c");
    assertThat(event.path("eventType").asString()).isEqualTo(type);
    assertThat(event.path("disconnectReason").asString("")).isEqualTo(reason);
    assertThat(event.path("versionNumber").asLong(-1)).isEqualTo(version);
  }

  /** Subscribes for life-cycle events of one client. */
  private static void watch(RawClient watcher) throws IOException {
    watcher.subscribe("$aws/events/presence/+/c", Qos.AT_LEAST_ONCE);
    watcher.read();
  }

  @Test
  void anEndThatTheCrashSwallowedIsToldByTheNextStartAsALostConnection() throws Exception {
    Path image = directory.resolve("image");
    String session;
    try (TestNode first = node(directory.resolve("first"));
        RawClient watcher = watcher(first)) {
      watch(watcher);
      RawClient client = RawClient.joined(first.port(), Version.V5, "c", true);
      JsonNode connected = next(watcher);
      assertTold(connected, "connected", "", 0);
      session = connected.path("sessionIdentifier").asString();
      first.crashed(image);
      client.close();
    }
    try (TestNode second = node(image);
        RawClient watcher = watcher(second)) {
      JsonNode left = next(watcher);
      assertTold(left, "disconnected", "CONNECTION_LOST", 0);
      assertThat(left.path("sessionIdentifier").asString()).isEqualTo(session);

      RawClient.joined(second.port(), Version.V5, "c", true).close();
      assertTold(next(watcher), "connected", "", 1);
      assertTold(next(watcher), "disconnected", "CONNECTION_LOST", 1);
    }
  }

  @Test
  void anEndThatWasToldIsNotToldAgain() throws Exception {
    Path data = directory.resolve("data");
    try (TestNode first = node(data)) {
      try (RawClient watcher = watcher(first)) {
        watch(watcher);
        RawClient.joined(first.port(), Version.V5, "c", true);
        assertTold(next(watcher), "connected", "", 0);
      }
    }
    try (TestNode second = node(data);
        RawClient watcher = watcher(second)) {
      assertTold(next(watcher), "disconnected", "SERVER_INITIATED_DISCONNECT", 0);
      RawClient.joined(second.port(), Version.V5, "c", true).close();
      assertTold(next(watcher), "connected", "", 1);
    }
  }
}
