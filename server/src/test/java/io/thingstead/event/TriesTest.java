package io.thingstead.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.account.Account;
import io.thingstead.event.Tries.Standing;
import io.thingstead.model.AccountId;
import io.thingstead.model.Cidr;
import io.thingstead.model.Profile;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TriesTest {
  private static final Account ACCOUNT =
      new Account(new AccountId("000000000001"), "us-east-1", Profile.THINGSTEAD);
  private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress ELSEWHERE = InetAddress.ofLiteral("192.0.2.2");

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final List<String> warned = new ArrayList<>();
  private final Tries tries = tries("127.0.0.0/8");

  private Tries tries(String uncounted) {
    return new Tries(
        10,
        List.of(Cidr.parse(uncounted)),
        (_, kind, resource, _) -> warned.add(kind.wireName() + " " + resource),
        () -> now);
  }

  private List<Standing> fail(InetAddress from, int times) {
    List<Standing> answers = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      answers.add(tries.failed(ACCOUNT, from));
    }
    return answers;
  }

  @Test
  void failuresAreAnsweredThenSlowedThenRefusedUntilTheMinuteIsOver() {
    assertThat(fail(HERE, 5)).containsOnly(Standing.FREE);
    assertThat(fail(HERE, 5)).containsOnly(Standing.SLOWED);
    now = now.plusSeconds(20);
    assertThat(fail(HERE, 1000)).containsOnly(Standing.SHUT);
    assertThat(tries.retryAfterSeconds(HERE)).isEqualTo(40);
    assertThat(tries.standing(ELSEWHERE)).isEqualTo(Standing.FREE);
    assertThat(warned).containsExactly("failed-tries address/192.0.2.1");
    assertThat(List.of(tries.failed.sum(), tries.slowed.sum(), tries.refused.sum()))
        .containsExactly(10L, 5L, 1000L);

    now = now.plusSeconds(40);
    assertThat(tries.standing(HERE)).as("refused ones do not prolong it").isEqualTo(Standing.FREE);
    assertThat(fail(HERE, 1)).containsExactly(Standing.FREE);
  }

  @Test
  void anAddressOfVersionSixCountsAsItsNetwork() {
    for (int i = 0; i < 10; i++) {
      fail(InetAddress.ofLiteral("2001:db8:0:1::" + i), 1);
    }

    assertThat(tries.standing(InetAddress.ofLiteral("2001:db8:0:1:ffff::")))
        .isEqualTo(Standing.SHUT);
    assertThat(tries.standing(InetAddress.ofLiteral("2001:db8:0:2::1"))).isEqualTo(Standing.FREE);
    assertThat(tries.addresses()).isEqualTo(1);
  }

  @Test
  void fromUncountedAddressesAnyNumberMayFail() {
    assertThat(fail(InetAddress.ofLiteral("127.0.0.1"), 100)).containsOnly(Standing.FREE);
    assertThat(tries.addresses()).isZero();
  }

  /** Or one bad device could keep out all that share its address. */
  @Test
  void connectionsAreNotTurnedAwayFromWhereSomebodyIsKnown() {
    fail(HERE, 10);
    assertThat(tries.turnsAway(HERE)).as("one in a second is let in").isFalse();
    assertThat(tries.turnsAway(HERE)).isTrue();
    assertThat(tries.slows(HERE)).isTrue();
    now = now.plusSeconds(1);
    assertThat(tries.turnsAway(HERE)).isFalse();
    assertThat(tries.turnsAway(HERE)).isTrue();
    tries.proven(HERE);
    assertThat(tries.turnsAway(HERE)).isFalse();
    assertThat(tries.slows(HERE)).isFalse();
    assertThat(fail(HERE, 1)).as("who fails there is still refused").containsOnly(Standing.SHUT);
    assertThat(tries.turnsAway(ELSEWHERE)).isFalse();

    tries.proven(ELSEWHERE);
    now = now.plus(Tries.KNOWN).minusSeconds(1);
    fail(ELSEWHERE, 10);
    assertThat(tries.turnsAway(ELSEWHERE)).isFalse();
    assertThat(tries.turnsAway(ELSEWHERE)).isFalse();
    now = now.plusSeconds(1);
    assertThat(tries.turnsAway(ELSEWHERE)).isFalse();
    assertThat(tries.turnsAway(ELSEWHERE)).isTrue();
  }

  @Test
  void soManyAddressesAreRememberedAndNoMore() {
    for (int i = 0; i < Tries.ADDRESSES_MAX; i++) {
      fail(address(i), 1);
    }
    assertThat(tries.addresses()).isEqualTo(Tries.ADDRESSES_MAX);
    assertThat(fail(HERE, 100)).containsOnly(Standing.FREE);
    assertThat(tries.overlooked.sum()).isEqualTo(100);

    now = now.plus(Duration.ofMinutes(2));
    assertThat(fail(HERE, 11)).endsWith(Standing.SHUT);
    assertThat(tries.addresses()).isEqualTo(1);
  }

  @Test
  void aClockSetBackKeepsNobodyOut() {
    fail(HERE, 11);
    now = now.minus(Duration.ofDays(1));

    assertThat(tries.standing(HERE)).isEqualTo(Standing.FREE);
  }

  private static InetAddress address(int number) {
    return InetAddress.ofLiteral(
        "10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255));
  }
}
