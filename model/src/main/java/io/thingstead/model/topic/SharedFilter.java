package io.thingstead.model.topic;

import io.thingstead.model.Limits;

/**
 * A shared subscription, {@code $share/NAME/FILTER}: each message goes to one member of the group
 * [MQTT-4.8.2-1]. Groups with the same filter and another name are apart.
 *
 * @param share the group's name: not empty, no {@code /}, {@code +} or {@code #} [MQTT-4.8.2-2]
 * @param filter what the group subscribes to
 */
public record SharedFilter(String share, TopicFilter filter) {
  private static final String PREFIX = "$share/";

  /**
   * @throws InvalidTopicException if the standard forbids the name
   */
  public SharedFilter {
    if (share.isEmpty()) {
      throw new InvalidTopicException("a shared subscription needs a name: $share/NAME/FILTER");
    }
    for (int i = 0; i < share.length(); i++) {
      char c = share.charAt(i);
      if (c == '/' || c == '+' || c == '#' || c == '\0') {
        throw new InvalidTopicException(
            "the share name '%s' has a character that it may not have at position %d"
                .formatted(Text.shown(share), i));
      }
    }
  }

  /** Whether a SUBSCRIBE's text asks for a shared subscription, well formed or not. */
  public static boolean isShared(String text) {
    return text.startsWith(PREFIX) || text.equals("$share");
  }

  /**
   * A shared subscription that the standard and the limits allow; the {@code $share/NAME/} is not
   * counted.
   *
   * @throws InvalidTopicException saying what is wrong with it
   */
  public static SharedFilter parse(String text, Limits limits) {
    int slash = text.startsWith(PREFIX) ? text.indexOf('/', PREFIX.length()) : -1;
    if (slash < 0) {
      throw new InvalidTopicException(
          "'" + Text.shown(text) + "' is no shared subscription: $share/NAME/FILTER");
    }
    String share = text.substring(PREFIX.length(), slash);
    int chars = share.codePointCount(0, share.length());
    if (chars > limits.subscriptions().shareNameChars()) {
      throw new InvalidTopicException(
          "subscriptions.shareNameChars",
          "the share name '%s' has %d characters, more than %d"
              .formatted(Text.shown(share), chars, limits.subscriptions().shareNameChars()));
    }
    return new SharedFilter(share, TopicFilter.parse(text.substring(slash + 1), limits.topics()));
  }

  /** The whole text, which is also what {@code iot:Subscribe} is asked for. */
  public String text() {
    return PREFIX + share + "/" + filter.text();
  }

  @Override
  public String toString() {
    return text();
  }
}
