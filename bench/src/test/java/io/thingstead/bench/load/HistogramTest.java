package io.thingstead.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
  @Test
  void percentilesAreThoseOfTheSortedValuesWithinOneInThirtyTwo() {
    Random random = new Random(1);
    Histogram histogram = new Histogram();
    long[] values = new long[100_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) Math.exp(random.nextDouble() * 25);
      histogram.add(values[i]);
    }
    Arrays.sort(values);
    for (double part : new double[] {0, .1, .5, .9, .99, .999}) {
      double exact = values[(int) (part * values.length)] / 1e6;
      assertThat(histogram.millis(part)).isCloseTo(exact, within(exact / 32));
    }
  }

  @Test
  void nothingMeasuredIsZero() {
    assertThat(new Histogram().millis(.5)).isZero();
  }
}
