package io.thingstead.mqtt;

import io.thingstead.broker.MessageProperties.UserProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The two MQTT 5 properties that any answer may carry.
 *
 * @param reasonString for people reading logs, or null
 * @param userProperties in the sender's order
 */
public record Explanation(@Nullable String reasonString, List<UserProperty> userProperties) {
  public static final Explanation NONE = new Explanation(null, List.of());

  /** An explanation that is only a text. */
  public static Explanation of(String reasonString) {
    return new Explanation(reasonString, List.of());
  }
}
