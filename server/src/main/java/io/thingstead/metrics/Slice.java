package io.thingstead.metrics;

import java.util.function.BiFunction;

/**
 * A part of a history.
 *
 * @param stepSeconds from one sample to the next
 * @param first when the first sample began, in seconds since 1970
 * @param count how many there are
 */
public record Slice(
    int stepSeconds, long first, int count, BiFunction<Series, Integer, Long> values) {
  /** What {@link #value} says of a time at which nobody looked. */
  public static final long UNKNOWN = -1;

  /** The value of a sample, counted from 0, or {@link #UNKNOWN}. */
  public long value(Series series, int sample) {
    return values.apply(series, sample);
  }
}
