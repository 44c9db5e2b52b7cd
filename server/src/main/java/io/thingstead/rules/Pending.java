package io.thingstead.rules;

import io.thingstead.model.Limits;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the messages in work, within the limits of the limits. */
final class Pending {
  private final Limits.Rules limits;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  Pending(Limits.Rules limits) {
    this.limits = limits;
  }

  /** Counts a message in unless there are too many. */
  boolean offer(byte[] payload) {
    if (count.incrementAndGet() > limits.pending()) {
      count.decrementAndGet();
      return false;
    }
    if (bytes.addAndGet(payload.length) > limits.pendingBytes()) {
      remove(payload);
      return false;
    }
    return true;
  }

  /** Counts in a message that was taken before. */
  void add(byte[] payload) {
    count.incrementAndGet();
    bytes.addAndGet(payload.length);
  }

  void remove(byte[] payload) {
    count.decrementAndGet();
    bytes.addAndGet(-payload.length);
  }

  int count() {
    return count.get();
  }
}
