package io.thingstead.bench.load;

/** Counts of durations with a resolution of 1 in 32 or better. */
final class Histogram {
  private static final int STEPS = 64;

  private final long[] counts = new long[64 * STEPS];
  private long total;

  void add(long nanos) {
    counts[index(Math.max(nanos, 0))]++;
    total++;
  }

  private static int index(long value) {
    if (value < STEPS) {
      return (int) value;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(value) - 5;
    return exponent * STEPS + (int) ((value >>> exponent) & (STEPS - 1));
  }

  /** The value below which so large a part of all lies, in milliseconds; 0 when there are none. */
  double millis(double part) {
    long wanted = Math.min((long) (part * total), total - 1);
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen > wanted) {
        return ((long) (i % STEPS) << (i / STEPS)) / 1e6;
      }
    }
    return 0;
  }
}
