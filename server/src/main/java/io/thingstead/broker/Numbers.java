package io.thingstead.broker;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The numbers of a durable queue's messages, which have no gaps: which were given out, and which
 * were taken. Most are taken in order, which costs nothing.
 */
final class Numbers {
  /** Messages taken out of order, behind one that is not taken. */
  private static final int TAKEN_MAX = 1_000;

  private long head;
  private long tail;

  /** Holes below this number were taken before a restart. */
  private long loadedTail;

  /** Taken by the client, above the head. */
  private final Set<Long> taken = new HashSet<>(0);

  /** Given out for a publish that commits elsewhere; neither in a row nor taken. */
  private final Set<Long> reserved = new HashSet<>(0);

  /**
   * Goes on where a former run ended.
   *
   * @param end behind every number that was given out
   */
  void load(ProgressRow progress, long end) {
    head = progress.head();
    taken.addAll(progress.taken());
    tail = Math.max(head, end);
    for (ProgressRow.InFlight id : progress.inFlight()) {
      tail = Math.max(tail, id.sequence() + 1);
    }
    for (long sequence : taken) {
      tail = Math.max(tail, sequence + 1);
    }
    loadedTail = tail;
  }

  /** The lowest number not taken. */
  long head() {
    return head;
  }

  /** The number to be given out next. */
  long tail() {
    return tail;
  }

  /** How many are given out and not taken. */
  long open() {
    return tail - head - taken.size();
  }

  boolean isEmpty() {
    return tail == head;
  }

  long next() {
    return tail++;
  }

  long reserve() {
    long sequence = tail++;
    reserved.add(sequence);
    return sequence;
  }

  void written(long sequence) {
    reserved.remove(sequence);
  }

  /** Whether it was given out, and is neither taken nor reserved. */
  boolean isOpen(long sequence) {
    return sequence >= head && !taken.contains(sequence) && !reserved.contains(sequence);
  }

  void take(long sequence) {
    if (sequence < head) {
      return;
    }
    if (sequence > head) {
      taken.add(sequence);
      return;
    }
    head++;
    while (!taken.isEmpty() && taken.remove(head)) {
      head++;
    }
  }

  /** A number without a row, from before a restart: its message was taken before it was written. */
  void hole(long sequence) {
    if (sequence < loadedTail && !reserved.contains(sequence)) {
      take(sequence);
    }
  }

  long loadedTail() {
    return loadedTail;
  }

  /** Whether so much was taken out of order that the first must be taken before more is sent. */
  boolean holdsBack() {
    return taken.size() >= TAKEN_MAX;
  }

  ProgressRow progress(List<ProgressRow.InFlight> inFlight) {
    return new ProgressRow(head, inFlight, List.copyOf(taken));
  }
}
