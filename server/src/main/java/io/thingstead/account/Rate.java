package io.thingstead.account;

import io.thingstead.model.Limits;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many of something may happen in a second: a token bucket that holds one second's worth. Any
 * thread may use it; it neither locks nor allocates. The caller's clock may jump: a clock set back
 * keeps a bucket empty for half a minute at most.
 */
public final class Rate {
  private static final long SECOND = 1_000_000_000L;

  private final long nanosEach;

  /** When the bucket will be full again, in nanoseconds of the caller's clock. */
  private final AtomicLong fullAt = new AtomicLong();

  private Rate(int perSecond) {
    nanosEach = perSecond == 0 ? 2 * SECOND : Math.max(1, SECOND / perSecond);
  }

  /** A full bucket; null when there is no limit, so that nobody counts for nothing. */
  public static @Nullable Rate of(int perSecond) {
    return perSecond == Limits.UNLIMITED ? null : new Rate(perSecond);
  }

  /**
   * Takes some if there are so many. A full bucket gives whatever is asked of it.
   *
   * @return 0 if taken, else how many milliseconds to wait for it
   */
  public long take(long nowMillis, long amount) {
    long now = nowMillis * 1_000_000;
    while (true) {
      long before = fullAt.get();
      long from = begin(before, now);
      long after = from + amount * nanosEach;
      long missing = after - now - SECOND;
      if (missing > 0 && (from > now || nanosEach > SECOND)) {
        return millis(missing);
      }
      if (fullAt.compareAndSet(before, after)) {
        return 0;
      }
    }
  }

  /**
   * Takes some in any case.
   *
   * @return 0 if there were so many, else how many milliseconds until nothing is owed
   */
  public long owe(long nowMillis, long amount) {
    long now = nowMillis * 1_000_000;
    while (true) {
      long before = fullAt.get();
      long after = begin(before, now) + amount * nanosEach;
      if (fullAt.compareAndSet(before, after)) {
        long missing = after - now - SECOND;
        return missing > 0 ? millis(missing) : 0;
      }
    }
  }

  /** How many milliseconds it takes until one may be taken; 0 when it may be now. Takes nothing. */
  public long untilOne(long nowMillis) {
    long now = nowMillis * 1_000_000;
    long from = begin(fullAt.get(), now);
    long missing = from + nanosEach - now - SECOND;
    return missing > 0 && (from > now || nanosEach > SECOND) ? millis(missing) : 0;
  }

  /** Whether nothing was taken in the last second. */
  public boolean isFull(long nowMillis) {
    return begin(fullAt.get(), nowMillis * 1_000_000) == nowMillis * 1_000_000;
  }

  /** Never from a time that only a clock set back can explain. */
  private static long begin(long fullAt, long now) {
    return fullAt <= now || fullAt - now > 30 * SECOND ? now : fullAt;
  }

  private static long millis(long nanos) {
    return (nanos + 999_999) / 1_000_000;
  }
}
