package io.thingstead.metrics;

import java.util.Arrays;

/**
 * The values of all series at the latest so many times, which are whole numbers: seconds or minutes
 * since 1970. A time that nothing was told of is not there. For one thread at a time.
 */
final class Ring {
  private static final int SERIES = Series.values().length;

  private final long[] times;
  private final long[] values;

  Ring(int size) {
    times = new long[size];
    Arrays.fill(times, -1);
    values = new long[size * SERIES];
  }

  private int slot(long time) {
    return (int) (time % times.length);
  }

  boolean has(long time) {
    return time >= 0 && times[slot(time)] == time;
  }

  /** A value of a time that it {@link #has}. */
  long value(long time, Series series) {
    return values[slot(time) * SERIES + series.ordinal()];
  }

  /** Counts more at a time, or raises its level. */
  void tell(long time, Series series, long value) {
    int slot = slot(time);
    if (times[slot] != time) {
      times[slot] = time;
      Arrays.fill(values, slot * SERIES, (slot + 1) * SERIES, 0);
    }
    int at = slot * SERIES + series.ordinal();
    values[at] = series.level() ? Math.max(values[at], value) : values[at] + value;
  }
}
