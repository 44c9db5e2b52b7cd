package io.thingstead.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.Limits;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RateTest {
  private static final long NOW = 1_795_000_000_000L;

  private static Rate rate(int perSecond) {
    return Objects.requireNonNull(Rate.of(perSecond));
  }

  @Test
  void givesOneSecondsWorthAtOnceAndThenAsTimeGoesOn() {
    Rate rate = rate(100);
    for (int i = 0; i < 100; i++) {
      assertThat(rate.take(NOW, 1)).isZero();
    }
    assertThat(rate.take(NOW, 1)).isEqualTo(10);
    assertThat(rate.take(NOW + 9, 1)).isEqualTo(1);
    assertThat(rate.take(NOW + 10, 1)).isZero();
    assertThat(rate.take(NOW + 10, 1)).isEqualTo(10);
  }

  @Test
  void whatIsOwedIsPaidByWaiting() {
    Rate bytes = rate(1000);
    assertThat(bytes.owe(NOW, 1000)).isZero();
    assertThat(bytes.owe(NOW, 500)).isEqualTo(500);
    assertThat(bytes.owe(NOW + 500, 1)).isEqualTo(1);
    assertThat(bytes.owe(NOW + 5000, 1000)).isZero();
  }

  @Test
  void aFullBucketGivesMoreThanItHolds() {
    Rate rate = rate(10);
    assertThat(rate.take(NOW, 25)).isZero();
    assertThat(rate.take(NOW, 1)).isEqualTo(1600);
  }

  @Test
  void noneIsNone() {
    assertThat(rate(0).take(NOW, 1)).isPositive();
    assertThat(rate(0).take(NOW + 100_000, 1)).isPositive();
    assertThat(Rate.of(Limits.UNLIMITED)).isNull();
  }

  @Test
  void aClockSetBackDoesNotEmptyItForLong() {
    Rate rate = rate(1);
    assertThat(rate.take(NOW, 1)).isZero();
    assertThat(rate.take(NOW - 3_600_000, 1)).isZero();
  }

  @Test
  void eachKeyHasItsOwnAndOnlySoManyAreRemembered() {
    RateByKey rates = Objects.requireNonNull(RateByKey.of(1));
    assertThat(rates.take("a", NOW)).isTrue();
    assertThat(rates.take("a", NOW)).isFalse();
    assertThat(rates.take("b", NOW)).isTrue();
    for (int i = 0; i < 100_000; i++) {
      rates.take("k" + i, NOW);
    }
    assertThat(rates.take("new", NOW)).isTrue();
    assertThat(rates.take("new", NOW)).as("not counted: too many keys").isTrue();

    assertThat(rates.take("new", NOW + 2000)).isTrue();
    assertThat(rates.take("new", NOW + 2000)).as("counted again").isFalse();
  }
}
