package io.thingstead.broker;

import io.thingstead.model.topic.TopicFilter;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages that new subscriptions of one client have still to get. However many there
 * are, they are looked for and sent some in a turn of the loop, as the client takes them: nothing
 * of them is gathered. On the session's lane.
 */
final class RetainedFeed {
  /** Levels of topics looked at in one turn. */
  static final int STEPS_MAX = 1_000;

  private final Session session;

  /** By filter: who subscribes anew begins anew. */
  private final SequencedMap<String, Wanted> wanted = new LinkedHashMap<>(2);

  private boolean later;

  /** What one subscription has still to get. */
  private static final class Wanted {
    private final RetainedIndex.Walk topics;
    private final Qos qos;
    private final int[] ids;

    /** The next, which the client may not get yet. */
    private @Nullable String next;

    Wanted(RetainedIndex.Walk topics, Qos qos, int[] ids) {
      this.topics = topics;
      this.qos = qos;
      this.ids = ids;
    }
  }

  RetainedFeed(Session session) {
    this.session = session;
  }

  /** Adds what a subscription matches; {@link #pump} sends it. */
  void add(TopicFilter filter, Qos qos, int subscriptionId) {
    int[] ids = subscriptionId == 0 ? Delivery.NO_IDS : new int[] {subscriptionId};
    RetainedIndex.Walk walk = session.broker().retainedStore().index().walk(filter);
    wanted.putLast(filter.text(), new Wanted(walk, qos, ids));
  }

  /** A subscription is over, and nothing more comes of it [MQTT-3.10.4-2]. */
  void remove(TopicFilter filter) {
    wanted.remove(filter.text());
  }

  /** The client is gone for good. */
  void clear() {
    wanted.clear();
  }

  /** Whether everything is sent. */
  boolean isEmpty() {
    return wanted.isEmpty();
  }

  /** Sends what there is room for, and what one turn has time for. */
  void pump() {
    int steps = STEPS_MAX;
    Iterator<Wanted> each = wanted.values().iterator();
    while (each.hasNext()) {
      Wanted one = each.next();
      while (session.outbound().takesRetained()) {
        if (steps-- == 0) {
          goOnLater();
          return;
        }
        String topic = one.next;
        if (topic == null) {
          if (!one.topics.step()) {
            each.remove();
            break;
          }
          topic = one.topics.topic();
        }
        one.next = topic == null || send(topic, one) ? null : topic;
        if (one.next != null) {
          return;
        }
      }
    }
  }

  private void goOnLater() {
    if (!later) {
      later = true;
      session
          .lane()
          .loop()
          .execute(
              () -> {
                later = false;
                session.outbound().pump();
              });
    }
  }

  /** False when the client may not get it yet; then {@link #pump} is called when it may. */
  private boolean send(String topic, Wanted to) {
    RetainedStore store = session.broker().retainedStore();
    // What is retained now, so that an older message does not come behind a newer one.
    RetainedMessage message = store.get(topic);
    if (message == null) {
      return true;
    }
    if (store.over(message, session.lane().nowMillis())) {
      store.expire(session.lane(), message);
      return true;
    }
    return session.outbound().sendRetained(message, to.qos, to.ids);
  }
}
