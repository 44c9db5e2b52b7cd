package io.thingstead.rules;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the messages in work, within the limits of the settings. */
final class Pending {
  private final RuleSettings settings;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  Pending(RuleSettings settings) {
    this.settings = settings;
  }

  /** Counts a message in unless there are too many. */
  boolean offer(InputRow row) {
    add(row);
    if (count.get() <= settings.pendingMax() && bytes.get() <= settings.pendingBytesMax()) {
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
