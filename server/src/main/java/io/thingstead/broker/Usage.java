package io.thingstead.broker;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How much the durable queues of an account hold in all. Each lane counts what is its own; any
 * thread adds them up, which may be a turn behind.
 */
final class Usage {
  // One cache line for each lane.
  private static final int STRIDE = 8;

  private final AtomicLongArray messages;
  private final AtomicLongArray bytes;

  Usage(int lanes) {
    messages = new AtomicLongArray(lanes * STRIDE);
    bytes = new AtomicLongArray(lanes * STRIDE);
  }

  /** Changes what a lane holds; on that lane. */
  void add(Lane lane, long moreMessages, long moreBytes) {
    int at = lane.number() * STRIDE;
    messages.setRelease(at, messages.getPlain(at) + moreMessages);
    bytes.setRelease(at, bytes.getPlain(at) + moreBytes);
  }

  long messages() {
    return sum(messages);
  }

  long bytes() {
    return sum(bytes);
  }

  private static long sum(AtomicLongArray all) {
    long sum = 0;
    for (int i = 0; i < all.length(); i += STRIDE) {
      sum += all.getAcquire(i);
    }
    return sum;
  }
}
