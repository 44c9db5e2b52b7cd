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
  boolean offer(InputRow row) {
    add(row);
    if (count.get() <= limits.pending() && bytes.get() <= limits.pendingBytes()) {
      return true;
    }
    remove(row);
    return false;
  }

  /** Counts in a message that was taken before. */
  void add(InputRow row) {
    count.incrementAndGet();
    bytes.addAndGet(row.payload().length);
  }

  void remove(InputRow row) {
    count.decrementAndGet();
    bytes.addAndGet(-row.payload().length);
  }

  int count() {
    return count.get();
  }
}
