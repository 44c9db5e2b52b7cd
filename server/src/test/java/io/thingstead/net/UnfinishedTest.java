package io.thingstead.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.AccountId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who gets room, and who must make it; time stands still until a test moves it. */
class UnfinishedTest {
  private static final AccountId OURS = new AccountId("000000000001");
  private static final AccountId THEIRS = new AccountId("000000000002");
  private static final int ROOM = 800_000;

  private Instant now = Instant.EPOCH;
  private final Unfinished unfinished = new Unfinished(ROOM, () -> now);
  private final List<String> asked = new ArrayList<>();

  private Unfinished.Share share(AccountId account, String name) {
    return unfinished.share(account, () -> asked.add(name));
  }

  /** Connections that each hold 10,000 bytes, one a second. */
  private List<Unfinished.Share> halves(AccountId account, String name, int count) {
    List<Unfinished.Share> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Unfinished.Share one = share(account, name + i);
      assertThat(one.hold(10_000, 10_000)).isTrue();
      all.add(one);
      now = now.plusSeconds(1);
    }
    return all;
  }

  @Test
  void whoStandsStillTheLongestMakesRoomForWhoComes() {
    halves(OURS, "half", 80);
    assertThat(asked).isEmpty();
    assertThat(share(OURS, "new").hold(50_000, 50_000)).isTrue();
    // Until an eighth is free.
    assertThat(asked)
        .hasSize(15)
        .containsExactlyElementsOf(
            java.util.stream.IntStream.range(0, 15).mapToObj(i -> "half" + i).toList());
  }

  @Test
  void whoKeepsUpStaysHoweverLongItTakes() {
    Unfinished.Share steady = share(OURS, "steady");
    int sent = 20_000;
    assertThat(steady.hold(sent, sent)).isTrue();
    for (int i = 0; i < 79; i++) {
      assertThat(share(OURS, "half" + i).hold(10_000, 10_000)).isTrue();
      now = now.plusSeconds(1);
      sent += 20_000;
      assertThat(steady.hold(20_000, sent)).isTrue();
    }
    assertThat(asked).isNotEmpty().doesNotContain("steady");
  }

  @Test
  void accountThatHoldsTheMostMakesRoomForTheOthers() {
    halves(OURS, "ours", 5);
    halves(THEIRS, "theirs", 75);
    assertThat(share(OURS, "new").hold(100_000, 1)).isTrue();
    assertThat(asked).isNotEmpty().allMatch(name -> name.startsWith("theirs"));
  }

  @Test
  void roomIsExceededOnlyByAnEighthUntilThoseWhoWereAskedHaveGone() {
    int held = 0;
    for (int i = 0; i < 1_000; i++) {
      held += share(OURS, "half" + i).hold(10_000, 0) ? 1 : 0;
      assertThat(unfinished.bytes()).isLessThanOrEqualTo(ROOM + ROOM / 8);
    }
    assertThat(held).isBetween(ROOM / 10_000, (ROOM + ROOM / 8) / 10_000);
  }

  @Test
  void thoseWhoGoLeaveTheirRoomToOthers() {
    List<Unfinished.Share> halves = halves(OURS, "half", 80);
    assertThat(share(OURS, "new").hold(50_000, 50_000)).isTrue();
    halves.stream().filter(Unfinished.Share::mustLeave).forEach(Unfinished.Share::end);
    assertThat(unfinished.bytes()).isEqualTo(65 * 10_000 + 50_000);
    asked.clear();
    assertThat(share(OURS, "next").hold(100_000, 1)).isTrue();
    assertThat(asked).isEmpty();
  }

  @Test
  void whoHasFinishedMeanwhileStays() {
    List<Unfinished.Share> halves = halves(OURS, "half", 80);
    assertThat(share(OURS, "new").hold(50_000, 50_000)).isTrue();
    Unfinished.Share first = halves.getFirst();
    assertThat(first.mustLeave()).isTrue();
    first.letGo();
    assertThat(first.mustLeave()).isFalse();
    assertThat(first.hold(10_000, 1)).isTrue();
  }

  @Test
  void whoWaitsForUsIsNotBehind() {
    Unfinished.Share paused = share(OURS, "paused");
    assertThat(paused.hold(10_000, Long.MAX_VALUE)).isTrue();
    halves(OURS, "half", 79);
    assertThat(share(OURS, "new").hold(50_000, 50_000)).isTrue();
    assertThat(asked).isNotEmpty().doesNotContain("paused");
  }

  @Test
  void noConnectionTakesAll() {
    Unfinished.Share greedy = share(OURS, "greedy");
    assertThat(greedy.hold(ROOM / 4 * 3, 1)).isTrue();
    assertThat(greedy.hold(ROOM / 4 * 3 + 1, 1)).isFalse();
    greedy.end();
    assertThat(unfinished.bytes()).isZero();
  }
}
