package io.thingstead.model.topic;

import io.thingstead.model.Limits;

/**
 * A valid MQTT topic name: not empty, no wildcard, no U+0000 [MQTT-4.7.1-1], [MQTT-4.7.3-1],
 * [MQTT-4.7.3-2].
 *
 * @param text the name as the publisher wrote it
 */
public record Topic(String text) {
  /**
   * @throws InvalidTopicException if the standard forbids the name; limits are for {@link #parse}
   */
  public Topic {
    Text.check("topic name", text);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '#' || c == '+') {
        throw new InvalidTopicException(
            "topic name '" + Text.shown(text) + "' has the wildcard " + c + " at position " + i);
      }
    }
  }

  /**
   * A topic name that the standard and the limits allow. The {@code $aws/rules/RULE/} of Basic
   * Ingest is not counted.
   *
   * @throws InvalidTopicException saying what is wrong with it
   */
  public static Topic parse(String text, Limits.Topics limits) {
    Topic topic = new Topic(text);
    BasicIngest ingest = BasicIngest.of(text);
    Text.checkLimits("topic name", ingest == null ? text : ingest.topic(), limits);
    return topic;
  }

  @Override
  public String toString() {
    return text;
  }
}
