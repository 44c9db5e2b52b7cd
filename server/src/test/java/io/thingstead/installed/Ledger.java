package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What was acknowledged to publishers and what subscribers got. A stream is one publisher's numbers
 * 0, 1, 2, … on one topic. Threads: any.
 */
final class Ledger {
  private final Map<String, Set<Long>> acknowledged = new ConcurrentHashMap<>();
  private final Map<String, List<Long>> received = new ConcurrentHashMap<>();
  private final LongAdder acknowledgements = new LongAdder();

  void acknowledge(String stream, long number) {
    acknowledged.computeIfAbsent(stream, _ -> ConcurrentHashMap.newKeySet()).add(number);
    acknowledgements.increment();
  }

  /** A subscriber got a number of a stream. */
  void receive(String subscriber, String stream, long number) {
    received
        .computeIfAbsent(
            key(subscriber, stream), _ -> Collections.synchronizedList(new ArrayList<>()))
        .add(number);
  }

  private static String key(String subscriber, String stream) {
    return subscriber + " of " + stream;
  }

  /** Acknowledgements so far, of all streams. */
  long total() {
    return acknowledgements.sum();
  }

  Set<Long> acknowledged(String stream) {
    return acknowledged.getOrDefault(stream, Set.of());
  }

  /** Whether the subscriber has got everything that was acknowledged on the stream. */
  boolean complete(String subscriber, String stream) {
    return new LinkedHashSet<>(got(subscriber, stream)).containsAll(acknowledged(stream));
  }

  private List<Long> got(String subscriber, String stream) {
    List<Long> got = received.getOrDefault(key(subscriber, stream), List.of());
    synchronized (got) {
      return List.copyOf(got);
    }
  }

  /** Nothing that was acknowledged is missing; repetitions and any order are allowed. */
  void assertNothingLost(String subscriber, String stream) {
    Set<Long> missing = missing(subscriber, stream);
    assertThat(missing.size())
        .as(
            "lost: %s: %s of %d; received: %s",
            key(subscriber, stream),
            missing.stream().limit(20).toList(),
            acknowledged(stream).size(),
            got(subscriber, stream))
        .isZero();
  }

  private Set<Long> missing(String subscriber, String stream) {
    Set<Long> missing = new LinkedHashSet<>(acknowledged(stream));
    got(subscriber, stream).forEach(missing::remove);
    return missing;
  }

  /** In order too: whatever was sent again, each number came first after those before it. */
  void assertInOrder(String subscriber, String stream) {
    assertNothingLost(subscriber, stream);
    assertThat(new ArrayList<>(new LinkedHashSet<>(got(subscriber, stream))))
        .as("order: %s", key(subscriber, stream))
        .isSorted();
  }

  /** And each number once. */
  void assertExactlyOnce(String subscriber, String stream) {
    assertInOrder(subscriber, stream);
    assertThat(got(subscriber, stream))
        .as("once: %s", key(subscriber, stream))
        .doesNotHaveDuplicates();
  }

  /** What was received more than once, of all, for the record. */
  long repetitions() {
    return received.values().stream()
        .mapToLong(
            list -> {
              synchronized (list) {
                return (long) list.size() - Set.copyOf(list).size();
              }
            })
        .sum();
  }
}
