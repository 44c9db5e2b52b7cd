package io.thingstead.mqtt;

import io.thingstead.broker.TopicEntry;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The aliases under which one client gets its topics, for as long as its connection lasts. A topic
 * has one place, found by its hash; another topic there takes it over, which costs the three bytes
 * of setting the alias again. So nothing is searched and nothing allocated.
 */
final class OutboundAliases {
  /** For clients that allow none [MQTT-3.1.2-27]. */
  static final OutboundAliases NONE = new OutboundAliases(0);

  /** However many a client allows. */
  static final int ALIASES_MAX = 64;

  /** What the property takes: a shorter topic is named. */
  private static final int ALIAS_BYTES = 3;

  private final @Nullable TopicEntry[] topics;

  private OutboundAliases(int count) {
    topics = new @Nullable TopicEntry[count];
  }

  /**
   * @param most the client's Topic Alias Maximum, 0 to 65535
   */
  static OutboundAliases upTo(int most) {
    return most == 0
        ? NONE
        : new OutboundAliases(Integer.highestOneBit(Math.min(most, ALIASES_MAX)));
  }

  /** As {@link io.thingstead.broker.Target#alias} says. */
  int of(TopicEntry topic) {
    if (topics.length == 0 || topic.bytes().length <= ALIAS_BYTES) {
      return 0;
    }
    int hash = topic.topic().text().hashCode();
    int at = (hash ^ hash >>> 16) & topics.length - 1;
    return isAt(at, topic) ? at + 1 : -(at + 1);
  }

  private boolean isAt(int at, TopicEntry topic) {
    TopicEntry known = topics[at];
    return known == topic || known != null && Arrays.equals(known.bytes(), topic.bytes());
  }

  void set(TopicEntry topic, int alias) {
    topics[alias - 1] = topic;
  }
}
