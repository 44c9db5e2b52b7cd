package io.thingstead.broker;

import io.thingstead.model.topic.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Finds the route of a topic, and keeps the entries of topics in use; any thread may ask. */
final class Router {
  /** Entries kept by name; when there are more, all are forgotten. */
  static final int ENTRIES_MAX = 1 << 16;

  /** And what their names take, in bytes. */
  static final long ENTRY_BYTES_MAX = 32 << 20;

  private static final Sink[] NO_SINKS = {};
  private static final SharedGroup[] NO_GROUPS = {};

  private final SubscriptionIndex index;
  private final int lanes;
  private final ConcurrentHashMap<String, TopicEntry> entries = new ConcurrentHashMap<>();
  private final AtomicLong entryBytes = new AtomicLong();

  Router(SubscriptionIndex index, int lanes) {
    this.index = index;
    this.lanes = lanes;
  }

  SubscriptionIndex index() {
    return index;
  }

  /** The entry of a topic; made when there is none. */
  TopicEntry entry(Topic topic) {
    TopicEntry known = entries.get(topic.text());
    if (known != null) {
      return known;
    }
    long bytes = entryBytes.addAndGet(topic.text().length());
    if (entries.size() >= ENTRIES_MAX || bytes > ENTRY_BYTES_MAX) {
      // Those in use live on in their publishers' caches and come back when asked for.
      entries.clear();
      entryBytes.set(topic.text().length());
    }
    return entries.computeIfAbsent(topic.text(), _ -> new TopicEntry(topic));
  }

  /** How many entries are kept. */
  int known() {
    return entries.size();
  }

  Route route(TopicEntry topic) {
    // The versions first: what changes while we look makes the route outdated at once.
    int version = index.version(topic.stripe());
    int wildVersion = index.version(SubscriptionIndex.WILD);
    Found found = new Found();
    index.match(topic.topic().text(), found::add);
    return new Route(
        version,
        wildVersion,
        found.byLane(lanes),
        found.durable(lanes),
        found.sinks(),
        found.groups());
  }

  private static final class Found {
    private final List<Delivery> deliveries = new ArrayList<>(2);
    private @Nullable Map<Session, Integer> positions;
    private @Nullable List<Sink> sinks;
    private @Nullable List<SharedGroup> groups;

    void add(Interest interest) {
      switch (interest) {
        case Subscription subscription -> add(subscription);
        case Attachment attachment -> {
          sinks = sinks == null ? new ArrayList<>(2) : sinks;
          sinks.add(attachment.sink());
        }
        case SharedGroup group -> {
          groups = groups == null ? new ArrayList<>(2) : groups;
          groups.add(group);
        }
      }
    }

    private void add(Subscription subscription) {
      int known = position(subscription.session());
      if (known >= 0) {
        deliveries.set(known, deliveries.get(known).and(subscription));
        return;
      }
      if (positions != null) {
        positions.put(subscription.session(), deliveries.size());
      }
      deliveries.add(Delivery.of(subscription));
    }

    private int position(Session session) {
      if (positions != null) {
        return positions.getOrDefault(session, -1);
      }
      for (int i = 0; i < deliveries.size(); i++) {
        if (deliveries.get(i).session == session) {
          return i;
        }
      }
      if (deliveries.size() == 16) {
        positions = new HashMap<>();
        for (int i = 0; i < deliveries.size(); i++) {
          positions.put(deliveries.get(i).session, i);
        }
      }
      return -1;
    }

    @Nullable Delivery[][] byLane(int lanes) {
      Delivery[][] byLane = new Delivery[lanes][];
      int[] counts = new int[lanes];
      for (Delivery delivery : deliveries) {
        counts[delivery.session.lane().number()]++;
      }
      for (Delivery delivery : deliveries) {
        int lane = delivery.session.lane().number();
        if (byLane[lane] == null) {
          byLane[lane] = new Delivery[counts[lane]];
        }
        byLane[lane][--counts[lane]] = delivery;
      }
      return byLane;
    }

    boolean[] durable(int lanes) {
      boolean[] durable = new boolean[lanes];
      for (Delivery delivery : deliveries) {
        durable[delivery.session.lane().number()] |= delivery.session.durable();
      }
      return durable;
    }

    Sink[] sinks() {
      return sinks == null ? NO_SINKS : sinks.toArray(NO_SINKS);
    }

    SharedGroup[] groups() {
      return groups == null ? NO_GROUPS : groups.toArray(NO_GROUPS);
    }
  }
}
