package io.thingstead.broker;

import io.thingstead.model.topic.TopicFilter;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages by topic, and a trie of the topics so that a wildcard finds its own without
 * looking at the others. Any thread reads; a topic that comes or goes changes the trie in turn.
 */
final class RetainedIndex {
  private final boolean hashMatchesParent;
  private final ConcurrentSkipListMap<String, RetainedMessage> byTopic =
      new ConcurrentSkipListMap<>();
  private volatile int size;
  private volatile long bytes;
  private final LongAdder visited = new LongAdder();
  private final Node root = new Node();

  RetainedIndex(boolean hashMatchesParent) {
    this.hashMatchesParent = hashMatchesParent;
  }

  @Nullable RetainedMessage get(String topic) {
    return byTopic.get(topic);
  }

  int size() {
    return size;
  }

  /** What the messages take in memory, roughly. */
  long bytes() {
    return bytes;
  }

  /** How many levels of topics were looked at for filters with wildcards. */
  long visited() {
    return visited.sum();
  }

  /** Topics in order, behind the one given. */
  List<RetainedMessage> after(@Nullable String topic, int limit) {
    Map<String, RetainedMessage> from = topic == null ? byTopic : byTopic.tailMap(topic, false);
    return from.values().stream().limit(limit).toList();
  }

  void put(RetainedMessage message) {
    synchronized (root) {
      RetainedMessage before = byTopic.put(message.topic(), message);
      bytes = bytes + message.bytes() - (before == null ? 0 : before.bytes());
      if (before == null) {
        size = size + 1;
        Node node = root;
        for (String level : message.topic().split("/", -1)) {
          node = node.children.computeIfAbsent(level, _ -> new Node());
        }
        node.topic = message.topic();
      }
    }
  }

  void remove(String topic) {
    synchronized (root) {
      RetainedMessage before = byTopic.remove(topic);
      if (before != null) {
        bytes = bytes - before.bytes();
        size = size - 1;
        remove(root, topic.split("/", -1), 0);
      }
    }
  }

  private static void remove(Node node, String[] levels, int at) {
    if (at == levels.length) {
      node.topic = null;
      return;
    }
    Node child = node.children.get(levels[at]);
    if (child != null) {
      remove(child, levels, at + 1);
      if (child.topic == null && child.children.isEmpty()) {
        node.children.remove(levels[at]);
      }
    }
  }

  /**
   * A way through the topics with a retained message that a filter matches, which looks at no
   * others. What comes or goes meanwhile may be among them or not.
   */
  Walk walk(TopicFilter filter) {
    return new Walk(filter);
  }

  /** For one thread. */
  final class Walk {
    private final String[] levels;
    private final ArrayDeque<Branch> branches = new ArrayDeque<>();
    private @Nullable String topic;

    /** A filter without wildcards, and not looked at yet. */
    private boolean exact;

    /** Nodes still to be looked at, all for the same level of the filter. */
    private record Branch(Iterator<Map.Entry<String, Node>> nodes, int level) {}

    private Walk(TopicFilter filter) {
      if (filter.hasWildcard()) {
        levels = filter.text().split("/", -1);
        branches.push(new Branch(List.of(Map.entry("", root)).iterator(), 0));
      } else {
        levels = new String[] {filter.text()};
        exact = true;
      }
    }

    /** The topic that the last step has found, or null. */
    @Nullable String topic() {
      return topic;
    }

    /** Looks at one level of one topic; false when there is no more. */
    boolean step() {
      topic = null;
      if (exact) {
        exact = false;
        topic = byTopic.containsKey(levels[0]) ? levels[0] : null;
        return true;
      }
      Branch last = branches.peek();
      while (last != null && !last.nodes.hasNext()) {
        branches.pop();
        last = branches.peek();
      }
      if (last == null) {
        return false;
      }
      Map.Entry<String, Node> next = last.nodes.next();
      // No wildcard at the beginning finds a topic that begins with $ [MQTT-4.7.2-1].
      boolean hidden =
          last.level == 1 && next.getKey().startsWith("$") && !levels[0].equals(next.getKey());
      if (!hidden) {
        look(next.getValue(), last.level);
      }
      return true;
    }

    private void look(Node node, int level) {
      visited.increment();
      boolean below = level > levels.length;
      if (below || level == levels.length) {
        topic = node.topic;
      }
      if (below || (level == levels.length && levels[level - 1].equals("#"))) {
        all(node, level);
        return;
      }
      if (level == levels.length) {
        return;
      }
      switch (levels[level]) {
        case "#" -> {
          if (level > 0 && hashMatchesParent) {
            topic = node.topic;
          }
          all(node, level);
        }
        case "+" -> branches.push(new Branch(node.children.entrySet().iterator(), level + 1));
        default -> {
          Node child = node.children.get(levels[level]);
          if (child != null) {
            var only = Map.entry(levels[level], child);
            branches.push(new Branch(List.of(only).iterator(), level + 1));
          }
        }
      }
    }

    private void all(Node node, int level) {
      if (!node.children.isEmpty()) {
        branches.push(new Branch(node.children.entrySet().iterator(), level + 1));
      }
    }
  }

  private static final class Node {
    private final ConcurrentHashMap<String, Node> children = new ConcurrentHashMap<>(2);
    private volatile @Nullable String topic;
  }
}
