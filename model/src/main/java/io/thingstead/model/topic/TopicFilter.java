package io.thingstead.model.topic;

import io.thingstead.model.Limits;
import io.thingstead.model.Profile;

/**
 * A valid MQTT topic filter. Holding one proves that its wildcards stand where they may
 * [MQTT-4.7.1].
 *
 * @param text the filter as the client wrote it, without any {@code $share/NAME/} in front
 */
public record TopicFilter(String text) {
  /**
   * @throws InvalidTopicException if the standard forbids the filter; limits are for {@link #parse}
   */
  public TopicFilter {
    Text.check("topic filter", text);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '#' && c != '+') {
        continue;
      }
      boolean ends = i + 1 == text.length();
      boolean alone = (i == 0 || text.charAt(i - 1) == '/') && (ends || text.charAt(i + 1) == '/');
      if (!alone) {
        throw new InvalidTopicException(
            "topic filter '%s': the wildcard %c at position %d is not alone in its level"
                .formatted(Text.shown(text), c, i));
      }
      if (c == '#' && !ends) {
        throw new InvalidTopicException(
            "topic filter '%s': the wildcard # at position %d is not at the end"
                .formatted(Text.shown(text), i));
      }
    }
  }

  /**
   * A filter that the standard and the limits allow.
   *
   * @throws InvalidTopicException saying what is wrong with it
   */
  public static TopicFilter parse(String text, Limits.Topics limits) {
    TopicFilter filter = new TopicFilter(text);
    Text.checkLimits("topic filter", text, limits);
    return filter;
  }

  /** Whether it has a {@code +} or {@code #}. */
  public boolean hasWildcard() {
    return text.indexOf('+') >= 0 || text.endsWith("#");
  }

  /**
   * Whether a message on this topic goes to a subscriber of this filter. A filter that begins with
   * a wildcard does not match a topic that begins with {@code $} [MQTT-4.7.2-1].
   *
   * @param profile says whether {@code a/#} matches {@code a}
   */
  public boolean matches(Topic topic, Profile profile) {
    return matches(topic.text(), profile);
  }

  private boolean matches(String topic, Profile profile) {
    if (topic.charAt(0) == '$' && text.charAt(0) != '$') {
      return false;
    }
    int t = 0;
    int f = 0;
    while (f < text.length()) {
      char c = text.charAt(f);
      if (c == '#') {
        return true;
      }
      if (t == topic.length() && text.length() == f + 2 && text.endsWith("/#")) {
        return profile.hashMatchesParent();
      }
      if (c == '+') {
        int slash = topic.indexOf('/', t);
        t = slash < 0 ? topic.length() : slash;
      } else if (t < topic.length() && topic.charAt(t) == c) {
        t++;
      } else {
        return false;
      }
      f++;
    }
    return t == topic.length();
  }

  @Override
  public String toString() {
    return text;
  }
}
