package io.thingstead.broker;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How much the durable queues of an account hold in all. Each lane counts what is its own; any
 * thread adds them up, which may be a turn behind.
 */
final class Usage {
  private static final System.Logger LOG = System.getLogger(Usage.class.getName());
  private static final long LOG_MILLIS = 60_000;

  // One cache line for each lane.
  private static final int STRIDE = 8;

  private final AtomicLongArray messages;
  private final AtomicLongArray bytes;

  // Any lane may write it: at worst an overflow is told twice.
  private volatile long toldMillis;

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

  /** Logs that a queue takes no more, once a minute at most. */
  void tellOverflow(String account, String queue, long inQueue, long bytesInQueue, long nowMillis) {
    if (nowMillis - toldMillis < LOG_MILLIS) {
      return;
    }
    toldMillis = nowMillis;
    LOG.log(
        System.Logger.Level.WARNING,
        "account {0}: the queue of {1} ({2} messages, {3} bytes) takes no more, or the account"
            + " ({4} messages, {5} bytes) or the disk is at its limit; publishers are told",
        account,
        queue,
        inQueue,
        bytesInQueue,
        messages(),
        bytes());
  }
}
