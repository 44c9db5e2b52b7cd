package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that are faster than their account may be. */
class QuotaPaceTest {
  @TempDir static Path directory;
  private static TestNode node;
  private static Attempts attempts;

  @BeforeAll
  static void start() {
    node = new TestNode(directory, 0, 2, Profile.AWS, _ -> new AllowAll());
    attempts = new Attempts(node);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** A client that is too fast is slowed down and not refused, as long as it may be. */
  @ParameterizedTest
  @EnumSource(
      value = Version.class,
      names = {"V3_1_1", "V5"})
  void whoPublishesTooFastIsReadMoreSlowlyAndThenRefused(Version version) throws IOException {
    node.limit(Quotas.of(Map.of("messages.publishesPerSecond", 50L)));
    try (RawClient client = attempts.join(version)) {
      for (int i = 1; i <= 70; i++) {
        client.publish("t", "x", Qos.AT_LEAST_ONCE, false, i);
      }
      for (int i = 1; i <= 70; i++) {
        assertThat(Attempts.told(client)).isEqualTo("PUBACK SUCCESS");
      }
    }
    node.limit(Quotas.of(Map.of("messages.publishesPerSecond", 2L, "messages.slowedSeconds", 0L)));
    try (RawClient client = attempts.join(version)) {
      for (int i = 1; i <= 70; i++) {
        client.publish("t", "x", Qos.AT_LEAST_ONCE, false, i);
      }
      Set<String> said = new TreeSet<>();
      for (int i = 1; i <= 70 && !said.contains("closed"); i++) {
        said.add(Attempts.told(client));
      }
      assertThat(said)
          .containsExactlyInAnyOrder(
              "PUBACK SUCCESS", version == Version.V5 ? "PUBACK QUOTA_EXCEEDED" : "closed");
    }
    assertThat(node.refusals())
        .anyMatch(line -> line.contains("publish") && line.contains("messages.publishesPerSecond"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Version.class,
      names = {"V3_1_1", "V5"})
  void whoSendsTooManyBytesIsReadMoreSlowlyAndNeverRefused(Version version) throws IOException {
    node.limit(
        Quotas.of(Map.of("messages.bytesPerSecond", 100_000L, "messages.slowedSeconds", 0L)));
    long before = node.exceeded("messages.bytesPerSecond");
    try (RawClient client = attempts.join(version)) {
      for (int i = 1; i <= 12; i++) {
        client.publish("t", "x".repeat(10_000), Qos.AT_LEAST_ONCE, false, i);
      }
      for (int i = 1; i <= 12; i++) {
        assertThat(Attempts.told(client)).isEqualTo("PUBACK SUCCESS");
      }
    }
    assertThat(node.exceeded("messages.bytesPerSecond")).isGreaterThan(before);
  }

  @Test
  void aClientThatComesTooOftenKeepsTheConnectionThatItHas() throws IOException {
    node.limit(Quotas.of(Map.of("connect.connections", 1L)));
    try (RawClient first = RawClient.joined(node.port(), Version.V5, "one", true)) {
      try (RawClient second = new RawClient(node.port(), Version.V5)) {
        second.send(RawClient.connect(Version.V5, "two", true, null));
        assertThat(Attempts.told(second)).isEqualTo("CONNACK QUOTA_EXCEEDED");
      }
      node.limit(Quotas.of(Map.of("connect.connections", 1L, "connect.perClientIdPerSecond", 9L)));
      try (RawClient again = RawClient.joined(node.port(), Version.V5, "one", true)) {
        assertThat(Attempts.told(first))
            .as("taken over")
            .isEqualTo("DISCONNECT SESSION_TAKEN_OVER");
        again.publish("t", "x", Qos.AT_LEAST_ONCE, false, 1);
        assertThat(Attempts.told(again)).isEqualTo("PUBACK SUCCESS");
      }
    }
  }
}
