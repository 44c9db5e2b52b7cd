package io.thingstead.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.Key;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import java.util.EnumMap;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Times are seconds since 1970; {@link #BEGIN} is the beginning of a minute. */
class HistoryTest {
  private static final long BEGIN = 1_800_000_000;

  private final Simulation simulation =
      new Simulation(
          1,
          new EngineSettings(1, 1024, 1024, 0, 0, Integer.MAX_VALUE),
          _ -> {},
          Simulation.UnaryStore.NONE);
  private final AccountShard shard =
      simulation.engine().shard(new ShardId(ShardId.SERVER, 0)).account(7);
  private long published;
  private long online;

  private History open(long now) {
    EnumMap<Series, LongSupplier> sources = new EnumMap<>(Series.class);
    for (Series each : Series.values()) {
      sources.put(each, () -> 0);
    }
    sources.put(Series.MESSAGES_IN, () -> published);
    sources.put(Series.CONNECTIONS, () -> online);
    return new History(shard, sources, now);
  }

  private static List<Long> values(Slice slice, Series series) {
    return IntStream.range(0, slice.count()).mapToObj(i -> slice.value(series, i)).toList();
  }

  @Test
  void eachSecondHasWhatWasCountedInItAndTheLevelAtItsEnd() {
    History history = open(BEGIN);
    published += 3;
    online = 2;
    history.sample(BEGIN + 1);
    published += 4;
    online = 1;
    history.sample(BEGIN + 2);

    Slice slice = history.seconds(BEGIN);
    assertThat(slice.stepSeconds()).isEqualTo(1);
    assertThat(slice.first()).isEqualTo(BEGIN + 1);
    assertThat(values(slice, Series.MESSAGES_IN)).containsExactly(3L, 4L);
    assertThat(values(slice, Series.CONNECTIONS)).containsExactly(2L, 1L);
    assertThat(history.seconds(BEGIN + 2).count()).isZero();
  }

  @Test
  void allIsTheLastFiveMinutesAndWhereNobodyLookedIsUnknown() {
    History history = open(BEGIN);
    history.sample(BEGIN + 1);
    Slice slice = history.seconds(0);
    assertThat(slice.count()).isEqualTo(History.SECONDS);
    assertThat(slice.first()).isEqualTo(BEGIN + 1 - History.SECONDS + 1);
    List<Long> values = values(slice, Series.MESSAGES_IN);
    assertThat(values.getLast()).isZero();
    assertThat(values.subList(0, History.SECONDS - 1)).containsOnly(Slice.UNKNOWN);
  }

  @Test
  void whoAsksForWhatIsYetToComeGetsAll() {
    History history = open(BEGIN);
    history.sample(BEGIN + 1);
    assertThat(history.seconds(BEGIN + 5000).count()).isEqualTo(History.SECONDS);
    assertThat(history.minutes(BEGIN + 5000).count()).isEqualTo(History.MINUTES);
  }

  @Test
  void aLateLookIsSpreadOverTheSecondsItCameLateAndLosesNothing() {
    History history = open(BEGIN);
    history.sample(BEGIN + 1);
    published += 11;
    history.sample(BEGIN + 4);
    assertThat(values(history.seconds(BEGIN), Series.MESSAGES_IN)).containsExactly(0L, 3L, 3L, 5L);
  }

  @Test
  void afterALongPauseTheSecondsWithoutALookAreUnknown() {
    History history = open(BEGIN);
    history.sample(BEGIN + 1);
    published += 11;
    history.sample(BEGIN + 60);
    List<Long> values = values(history.seconds(BEGIN), Series.MESSAGES_IN);
    assertThat(values.getLast()).isEqualTo(11);
    assertThat(values.subList(1, 59)).containsOnly(Slice.UNKNOWN);
  }

  @Test
  void twoLooksInOneSecondCountOnce() {
    History history = open(BEGIN);
    published += 2;
    online = 5;
    history.sample(BEGIN + 1);
    published += 3;
    online = 4;
    history.sample(BEGIN + 1);
    assertThat(values(history.seconds(BEGIN), Series.MESSAGES_IN)).containsExactly(5L);
    assertThat(values(history.seconds(BEGIN), Series.CONNECTIONS)).containsExactly(5L);
  }

  @Test
  void aClockThatIsSetBackLosesNothing() {
    History history = open(BEGIN);
    history.sample(BEGIN + 100);
    published += 7;
    history.sample(BEGIN + 10);
    Slice slice = history.seconds(0);
    assertThat(slice.first() + slice.count() - 1).isEqualTo(BEGIN + 10);
    assertThat(values(slice, Series.MESSAGES_IN).getLast()).isEqualTo(7);
  }

  @Test
  void aMinuteHasTheSumOfItsSecondsAndTheHighestLevelOnceItIsOver() {
    History history = open(BEGIN - 1);
    for (int second = 0; second < 60; second++) {
      published += 2;
      online = second == 30 ? 9 : 1;
      history.sample(BEGIN + second);
    }
    assertThat(values(history.minutes(BEGIN - 60), Series.MESSAGES_IN)).isEmpty();
    published += 1000;
    history.sample(BEGIN + 60);

    Slice slice = history.minutes(BEGIN - 60);
    assertThat(slice.stepSeconds()).isEqualTo(60);
    assertThat(slice.first()).isEqualTo(BEGIN);
    assertThat(values(slice, Series.MESSAGES_IN)).containsExactly(120L);
    assertThat(values(slice, Series.CONNECTIONS)).containsExactly(9L);
  }

  @Test
  void minutesSurviveARestartAndTheTimeWithoutServerIsUnknown() {
    History before = open(BEGIN - 1);
    published += 5;
    online = 3;
    before.sample(BEGIN);
    published += 6;
    before.sample(BEGIN + 61);
    var kept = before.keep();
    simulation.runUntilIdle();
    assertThat(kept).isCompletedWithValue(true);

    published = 0;
    History after = open(BEGIN + 100);
    published = 1;
    after.sample(BEGIN + 101);
    after.sample(BEGIN + 240);
    assertThat(values(after.minutes(BEGIN - 60), Series.MESSAGES_IN))
        .containsExactly(5L, 7L, Slice.UNKNOWN, Slice.UNKNOWN);
    assertThat(values(after.minutes(BEGIN - 60), Series.CONNECTIONS).getFirst()).isEqualTo(3);
    assertThat(values(after.seconds(BEGIN), Series.MESSAGES_IN).subList(0, 100))
        .containsOnly(Slice.UNKNOWN);
  }

  @Test
  void aDayOfRowsIsNeverExceededAndWhatIsOlderIsForgotten() {
    History before = open(BEGIN - 1);
    for (long minute = 0; minute < History.MINUTES + 10; minute++) {
      published++;
      before.sample(BEGIN + minute * 60);
      simulation.runUntilIdle();
    }
    assertThat(shard.durable().scan(Tables.MINUTE, Key.ALL, null, 5000)).hasSize(History.MINUTES);
    assertThat(values(before.minutes(0), Series.MESSAGES_IN)).hasSize(1440).containsOnly(1L);

    long twoDaysLater = BEGIN + 2 * 86_400 + 600;
    assertThat(values(open(twoDaysLater).minutes(0), Series.MESSAGES_IN))
        .containsOnly(Slice.UNKNOWN);
  }

  @Test
  void seriesHaveTheNamesThatAreOnDisk() {
    assertThat(Series.values())
        .extracting(Series::wireName)
        .containsExactly(
            "connections",
            "queued",
            "messagesIn",
            "messagesOut",
            "bytesIn",
            "bytesOut",
            "refused",
            "lost",
            "rulesDone",
            "rulesFailed");
  }
}
