package io.thingstead.broker;

import io.thingstead.model.topic.TopicFilter;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * From a topic to who subscribed to it. Filters without wildcards are in a hash map, the others in
 * a trie by level. Any thread reads, taking no lock; writers of the trie take turns. Each change
 * raises the version of its <em>stripe</em>, so what was found for a topic holds as long as the
 * versions of its own stripe and of the wildcard stripe do.
 */
final class SubscriptionIndex {
  /** Index of the stripe of filters with a wildcard in one of their first two levels. */
  static final int WILD = 0;

  private static final int STRIPES = 1 << 12;

  private final boolean hashMatchesParent;
  private final ConcurrentHashMap<String, Interests> exact = new ConcurrentHashMap<>();
  private final Node root = new Node();
  private final AtomicIntegerArray versions = new AtomicIntegerArray(STRIPES + 1);

  /** Interests that may match a topic of an event of the server. */
  private final AtomicInteger eventListeners = new AtomicInteger();

  SubscriptionIndex(boolean hashMatchesParent) {
    this.hashMatchesParent = hashMatchesParent;
  }

  /** The stripe of a topic, or of a filter whose first two levels are literal. */
  static int stripe(String text) {
    int end = text.indexOf('/');
    end = end < 0 ? -1 : text.indexOf('/', end + 1);
    int hash = 0;
    for (int i = 0, n = end < 0 ? text.length() : end; i < n; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return 1 + ((hash ^ hash >>> 12 ^ hash >>> 24) & STRIPES - 1);
  }

  private static int stripe(TopicFilter filter) {
    String text = filter.text();
    int end = text.indexOf('/');
    end = end < 0 ? -1 : text.indexOf('/', end + 1);
    for (int i = 0, n = end < 0 ? text.length() : end; i < n; i++) {
      if (text.charAt(i) == '+' || text.charAt(i) == '#') {
        return WILD;
      }
    }
    // a/b/# also finds the topic a/b, whose stripe is the same.
    return stripe(text);
  }

  /** Changes after every change of an interest that can match a topic of this stripe. */
  int version(int stripe) {
    return versions.get(stripe);
  }

  /**
   * Adds an interest, in place of its owner's former one under this filter.
   *
   * @return whether the owner had none
   */
  boolean add(TopicFilter filter, Interest interest) {
    boolean added;
    if (filter.hasWildcard()) {
      added = addWild(filter.text(), interest);
    } else {
      boolean[] first = new boolean[1];
      exact.compute(
          filter.text(),
          (_, was) -> {
            Interests all = was == null ? new Interests() : was;
            first[0] = all.put(interest);
            return all;
          });
      added = first[0];
    }
    if (added && mayMatchEvents(filter)) {
      eventListeners.incrementAndGet();
    }
    versions.incrementAndGet(stripe(filter));
    return added;
  }

  /** Removes an owner's interest under this filter; false when there was none. */
  boolean remove(TopicFilter filter, Object owner) {
    boolean removed;
    if (filter.hasWildcard()) {
      removed = removeWild(filter.text(), owner);
    } else {
      boolean[] found = new boolean[1];
      exact.computeIfPresent(
          filter.text(),
          (_, all) -> {
            found[0] = all.remove(owner);
            return all.isEmpty() ? null : all;
          });
      removed = found[0];
    }
    if (removed) {
      versions.incrementAndGet(stripe(filter));
      if (mayMatchEvents(filter)) {
        eventListeners.decrementAndGet();
      }
    }
    return removed;
  }

  private static boolean mayMatchEvents(TopicFilter filter) {
    String text = filter.text();
    return text.startsWith("$aws/")
        && (text.startsWith("events/", 5) || text.startsWith("+", 5) || text.startsWith("#", 5));
  }

  /** Whether there is any interest in events of the server. */
  boolean hasEventListeners() {
    return eventListeners.get() > 0;
  }

  /** Whether there is any interest in a topic. */
  boolean matches(String topic) {
    boolean[] found = new boolean[1];
    match(topic, _ -> found[0] = true);
    return found[0];
  }

  /**
   * Tells every interest in a topic; an owner with several matching filters comes several times.
   */
  void match(String topic, Consumer<Interest> to) {
    Interests here = exact.get(topic);
    if (here != null) {
      here.forEach(to);
    }
    if (!root.isEmpty()) {
      match(root, levels(topic), 0, to);
    }
  }

  // Cut once, so that each level's hash is computed once however many branches look for it.
  private static String[] levels(String topic) {
    int count = 1;
    for (int at = topic.indexOf('/'); at >= 0; at = topic.indexOf('/', at + 1)) {
      count++;
    }
    String[] levels = new String[count];
    int at = 0;
    for (int i = 0; i < count - 1; i++) {
      int slash = topic.indexOf('/', at);
      levels[i] = topic.substring(at, slash);
      at = slash + 1;
    }
    levels[count - 1] = topic.substring(at);
    return levels;
  }

  private void match(Node node, String[] levels, int depth, Consumer<Interest> to) {
    // A wildcard in the first level finds no topic that begins with $ [MQTT-4.7.2-1].
    boolean wild = depth > 0 || !levels[0].startsWith("$");
    Interests below = node.hash;
    if (wild && below != null) {
      below.forEach(to);
    }
    Node plus = node.plus;
    if (wild && plus != null) {
      descend(plus, levels, depth + 1, to);
    }
    ConcurrentHashMap<String, Node> children = node.children;
    Node child = children == null ? null : children.get(levels[depth]);
    if (child != null) {
      descend(child, levels, depth + 1, to);
    }
  }

  private void descend(Node node, String[] levels, int depth, Consumer<Interest> to) {
    if (depth < levels.length) {
      match(node, levels, depth, to);
      return;
    }
    Interests here = node.here;
    if (here != null) {
      here.forEach(to);
    }
    Interests below = node.hash;
    if (hashMatchesParent && below != null) {
      below.forEach(to);
    }
  }

  private boolean addWild(String filter, Interest interest) {
    synchronized (root) {
      Node node = root;
      int at = 0;
      while (true) {
        int slash = filter.indexOf('/', at);
        String level = filter.substring(at, slash < 0 ? filter.length() : slash);
        if (level.equals("#")) {
          node.hash = orNew(node.hash);
          return node.hash.put(interest);
        }
        node = node.childOrNew(level);
        if (slash < 0) {
          node.here = orNew(node.here);
          return node.here.put(interest);
        }
        at = slash + 1;
      }
    }
  }

  private static Interests orNew(@Nullable Interests interests) {
    return interests == null ? new Interests() : interests;
  }

  private boolean removeWild(String filter, Object owner) {
    synchronized (root) {
      return removeWild(root, filter, 0, owner);
    }
  }

  private static boolean removeWild(Node node, String filter, int at, Object owner) {
    int slash = filter.indexOf('/', at);
    String level = filter.substring(at, slash < 0 ? filter.length() : slash);
    boolean removed;
    if (level.equals("#")) {
      Interests below = node.hash;
      removed = below != null && below.remove(owner);
      if (below != null && below.isEmpty()) {
        node.hash = null;
      }
      return removed;
    }
    Node child = node.child(level);
    if (child == null) {
      return false;
    }
    if (slash < 0) {
      Interests here = child.here;
      removed = here != null && here.remove(owner);
      if (here != null && here.isEmpty()) {
        child.here = null;
      }
    } else {
      removed = removeWild(child, filter, slash + 1, owner);
    }
    if (child.isEmpty()) {
      node.drop(level);
    }
    return removed;
  }

  /** A level of the trie. Readers may see a node that was just cut off; the version tells them. */
  private static final class Node {
    private volatile @Nullable ConcurrentHashMap<String, Node> children;
    private volatile @Nullable Node plus;
    private volatile @Nullable Interests here;
    private volatile @Nullable Interests hash;

    boolean isEmpty() {
      return children == null && plus == null && here == null && hash == null;
    }

    @Nullable Node child(String level) {
      if (level.equals("+")) {
        return plus;
      }
      ConcurrentHashMap<String, Node> all = children;
      return all == null ? null : all.get(level);
    }

    Node childOrNew(String level) {
      Node known = child(level);
      if (known != null) {
        return known;
      }
      Node made = new Node();
      if (level.equals("+")) {
        plus = made;
        return made;
      }
      ConcurrentHashMap<String, Node> all = children;
      if (all == null) {
        all = new ConcurrentHashMap<>(2);
        children = all;
      }
      all.put(level, made);
      return made;
    }

    void drop(String level) {
      ConcurrentHashMap<String, Node> all = children;
      if (level.equals("+")) {
        plus = null;
      } else if (all != null) {
        all.remove(level);
        if (all.isEmpty()) {
          children = null;
        }
      }
    }
  }
}
