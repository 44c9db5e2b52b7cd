package io.thingstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WheelTest {
  private static final long START = 1_700_000_000_000L;

  private final Wheel wheel = new Wheel();
  private final List<Long> ran = new ArrayList<>();

  @Test
  void whatWasDueBeforeTheFirstTurnRunsAtTheFirst() {
    for (long before = 0; before < 2_000; before += 7) {
      long due = START - before * 1000;
      wheel.at(due, () -> ran.add(due));
    }
    wheel.turn(START);
    assertThat(ran).hasSize(286);
  }

  @Test
  void timersRunAtTheFirstTurnThatIsNotTooEarlyWhateverThePauses() {
    Random random = new Random(3);
    long[] turns = {0, START};
    for (int i = 0; i < 5_000; i++) {
      long due = turns[1] + random.nextInt(2_000_000);
      wheel.at(
          due,
          () -> {
            ran.add(due);
            assertThat(due).isLessThanOrEqualTo(turns[1]);
            assertThat(due).isGreaterThan(turns[0] - 1_000);
          });
      if (random.nextInt(5) == 0) {
        turns[0] = turns[1];
        turns[1] += random.nextInt(20) == 0 ? 700_000 : random.nextInt(3_000);
        wheel.turn(turns[1]);
      }
    }
    turns[1] += 2_100_000;
    wheel.turn(turns[1]);
    assertThat(ran).hasSize(5_000);
  }
}
