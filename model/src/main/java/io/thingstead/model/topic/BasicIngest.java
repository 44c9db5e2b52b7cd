package io.thingstead.model.topic;

import org.jspecify.annotations.Nullable;

/**
 * A publish that goes to one rule and to no subscriber (developer guide, "Basic Ingest").
 *
 * @param rule the rule it names
 * @param topic what the rule sees as the topic; empty when nothing follows the rule's name
 */
public record BasicIngest(String rule, String topic) {
  private static final String PREFIX = "$aws/rules/";

  /** The rule and topic of {@code $aws/rules/RULE[/TOPIC]}, or null for any other topic name. */
  public static @Nullable BasicIngest of(String topic) {
    if (!topic.startsWith(PREFIX)) {
      return null;
    }
    int slash = topic.indexOf('/', PREFIX.length());
    int end = slash < 0 ? topic.length() : slash;
    if (end == PREFIX.length()) {
      return null;
    }
    String rest = slash < 0 ? "" : topic.substring(slash + 1);
    return new BasicIngest(topic.substring(PREFIX.length(), end), rest);
  }
}
