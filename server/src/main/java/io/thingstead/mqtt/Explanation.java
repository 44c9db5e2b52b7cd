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

  /** Longer texts, which quote what the client sent, are cut. */
  private static final int CHARS_MAX = 1000;

  /** An explanation that is only a text. */
  public static Explanation of(String reasonString) {
    String text = reasonString;
    if (text.length() > CHARS_MAX) {
      int end = Character.isHighSurrogate(text.charAt(CHARS_MAX - 1)) ? CHARS_MAX - 1 : CHARS_MAX;
      text = text.substring(0, end) + "…";
    }
    return new Explanation(text, List.of());
  }
}
