package io.thingstead.broker;

import io.thingstead.model.topic.TopicFilter;
import java.util.ArrayList;
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
      if (byTopic.put(message.topic(), message) == null) {
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
      if (byTopic.remove(topic) != null) {
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

  /** The topics with a retained message that a filter matches. */
  List<String> matching(TopicFilter filter) {
    List<String> found = new ArrayList<>();
    if (filter.hasWildcard()) {
      match(root, filter.text().split("/", -1), 0, found);
    } else if (byTopic.containsKey(filter.text())) {
      found.add(filter.text());
    }
    return found;
  }

  private void match(Node node, String[] levels, int at, List<String> found) {
    visited.increment();
    if (at == levels.length) {
      add(node, found);
      return;
    }
    switch (levels[at]) {
      case "#" -> {
        if (at > 0 && hashMatchesParent) {
          add(node, found);
        }
        node.children.forEach((name, child) -> all(at, name, child, found));
      }
      case "+" ->
          node.children.forEach(
              (name, child) -> {
                if (at > 0 || !name.startsWith("$")) {
                  match(child, levels, at + 1, found);
                }
              });
      default -> {
        Node child = node.children.get(levels[at]);
        if (child != null) {
          match(child, levels, at + 1, found);
        }
      }
    }
  }

  private void all(int at, String name, Node node, List<String> found) {
    visited.increment();
    if (at > 0 || !name.startsWith("$")) {
      add(node, found);
      node.children.forEach((below, child) -> all(at + 1, below, child, found));
    }
  }

  private static void add(Node node, List<String> found) {
    String topic = node.topic;
    if (topic != null) {
      found.add(topic);
    }
  }

  private static final class Node {
    private final ConcurrentHashMap<String, Node> children = new ConcurrentHashMap<>(2);
    private volatile @Nullable String topic;
  }
}
