package io.thingstead.model.sql;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Messages for tests to look at. */
final class Messages {
  static final long NOW = 1_700_000_000_123L;

  private Messages() {}

  static Input json(String topic, String payload) {
    return raw(topic, payload.getBytes(StandardCharsets.UTF_8));
  }

  static Input raw(String topic, byte[] payload) {
    return new Input(
        "123456789012",
        topic,
        payload,
        "thing-7",
        "cert-1",
        "192.0.2.7",
        "7e146a2c-95b5-6caf-98b9-50e3969734c7",
        Input.Properties.NONE,
        NOW,
        new Random(1));
  }

  /** What a statement of version 2016-03-23 gives, as text; null when WHERE stops it. */
  static String select(String sql, String payload) {
    return text(RuleStatement.parse(sql, "2016-03-23").evaluate(json("a/b/c", payload)));
  }

  static String text(Outcome outcome) {
    return switch (outcome) {
      case Outcome.NoMatch _ -> "no match";
      case Outcome.Output(byte[] bytes, _) -> new String(bytes, StandardCharsets.UTF_8);
      case Outcome.Failure(String why) -> "failure: " + why;
    };
  }
}
