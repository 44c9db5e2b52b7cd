package io.thingstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Section 4 of the device gateway: who gets a message of a shared group, and what waits for whom.
 */
class SharedGroupTest extends BrokerScene {
  private static final String SHARED = "$share/g/t";

  private RecordingTarget publisher() {
    return connected("p", true, 0, null);
  }

  @Test
  void messageGoesToOneOnlineMember() {
    RecordingTarget one = subscriber("a", true, 0, SHARED, null);
    RecordingTarget two = subscriber("b", true, 0, SHARED, null);
    RecordingTarget other = subscriber("c", true, 0, "$share/h/t", null);
    RecordingTarget publisher = publisher();

    assertThat(publish(publisher, "t", texts("m", 40))).hasSize(40).containsOnly(Outcome.ACCEPTED);

    List<String> both = new ArrayList<>(one.texts);
    both.addAll(two.texts);
    assertThat(both).containsExactlyInAnyOrder(texts("m", 40));
    assertThat(one.texts).isNotEmpty();
    assertThat(two.texts).isNotEmpty();
    assertThat(other.texts).containsExactly(texts("m", 40));
  }

  @Test
  void messagesWaitForAMemberAndSurviveARestart() {
    away("a", SHARED);
    assertThat(publish(publisher(), "t", texts("m", 30)))
        .hasSize(30)
        .containsOnly(Outcome.ACCEPTED);
    server.crash();

    RecordingTarget back = back("a");
    back.acknowledge(server);
    assertThat(back.texts).containsExactly(texts("m", 30));
    seconds(2);
    server.crash();
    assertThat(back("a").texts).isEmpty();
  }

  @Test
  void messagesThatWaitGoToANewMember() {
    away("a", SHARED);
    publish(publisher(), "t", "m0", "m1");
    RecordingTarget fresh = subscriber("b", true, 0, SHARED, null);
    assertThat(fresh.texts).containsExactly("m0", "m1");
  }

  @Test
  void unacknowledgedMessagesOfALostMemberGoToAnother() {
    for (boolean clean : new boolean[] {true, false}) {
      server = new SimulatedBroker(1);
      away("keeper", SHARED);
      RecordingTarget first = subscriber("a", clean, clean ? 0 : HOUR, SHARED, null);
      publish(publisher(), "t", texts("m", 5));
      assertThat(first.texts).containsExactly(texts("m", 5));
      RecordingTarget second = subscriber("b", true, 0, SHARED, null);
      lose(first);
      assertThat(second.texts).containsExactlyInAnyOrder(texts("m", 5));
      second.acknowledge(server);
      seconds(2);
      server.crash();
      assertThat(back("keeper").texts).isEmpty();
    }
  }

  @Test
  void whatACleanMemberOfADurableGroupHoldsIsSafe() {
    away("keeper", SHARED);
    RecordingTarget member = subscriber("a", true, 0, SHARED, null);
    assertThat(publish(publisher(), "t", "m")).containsExactly(Outcome.ACCEPTED);
    assertThat(member.texts).containsExactly("m");
    server.crash();
    assertThat(back("keeper").texts).containsExactly("m");
  }

  @Test
  void cleanMemberLeavesWithItsConnectionAndThePersistentOneWhenItUnsubscribes() {
    RecordingTarget clean = subscriber("a", true, 0, SHARED, null);
    lose(clean);
    assertThat(server.broker.groups().all()).isEmpty();
    RecordingTarget durable = subscriber("b", false, HOUR, SHARED, null);
    lose(durable);
    assertThat(server.broker.groups().all()).hasSize(1);
    publish(publisher(), "t", "m");
    Session back = session(back("b"));
    run(back, () -> server.broker.clients().subscriptions().unsubscribe(back, SHARED, _ -> {}));
    assertThat(server.broker.groups().all()).isEmpty();
    server.crash();
    assertThat(server.simulation.store().rows()).as("b's session only").isEqualTo(1);
  }

  @Test
  void groupOfAnExpiredMemberIsForgottenWithWhatItQueued() {
    away("a", SHARED);
    publish(publisher(), "t", texts("m", 3));
    server.simulation.advance(Duration.ofSeconds(HOUR));
    seconds(2);
    server.crash();
    assertThat(server.broker.groups().all()).isEmpty();
    assertThat(server.simulation.store().rows()).isZero();
  }

  @Test
  void fullGroupDropsTheNewestAndTellsItsPublisher() {
    server = new SimulatedBroker(1, SimulatedBroker.limits(Map.of("sessions.queuedPerGroup", 3L)));
    away("a", SHARED);
    List<Outcome> outcomes = publish(publisher(), "t", texts("m", 5));
    assertThat(outcomes)
        .containsExactly(
            Outcome.ACCEPTED,
            Outcome.ACCEPTED,
            Outcome.ACCEPTED,
            Outcome.OVER_QUOTA,
            Outcome.OVER_QUOTA);
    assertThat(server.broker.counters().overflowed.sum()).isEqualTo(2);
    assertThat(back("a").texts).containsExactly("m0", "m1", "m2");
  }

  @Test
  void groupAndAccountHaveRoomForSoManyMembersAndGroups() {
    for (int i = 0; i < 100; i++) {
      subscriber("m" + i, true, 0, SHARED, null);
    }
    RecordingTarget late = connected("late", true, 0, null);
    assertThat(subscribe(late, SHARED, Qos.AT_LEAST_ONCE)).containsExactly(Outcome.OVER_QUOTA);
    assertThat(session(late).subscribed(SHARED)).isFalse();
    for (int i = 1; i < 100; i++) {
      subscribe(late, "$share/g" + i + "/t");
    }
    assertThat(subscribe(late, "$share/more/t", Qos.AT_LEAST_ONCE))
        .containsExactly(Outcome.OVER_QUOTA);
    lose(late);
    assertThat(server.broker.groups().all()).hasSize(1);
  }

  @Test
  void busyMemberIsPassedOver() {
    away("keeper", SHARED);
    RecordingTarget busy = subscriber("a", true, 0, SHARED, null);
    RecordingTarget free = subscriber("b", true, 0, SHARED, null);
    busy.writable = false;
    publish(publisher(), "t", texts("m", 20));
    assertThat(free.texts).containsExactlyInAnyOrder(texts("m", 20));
    busy.writable = true;
    free.writable = false;
    publish(publisher(), "t", "late");
    seconds(2);
    assertThat(busy.texts).containsExactly("late");
  }

  @Test
  void messagesWaitForRoomAndFollowWhenThereIsSome() {
    away("keeper", SHARED);
    RecordingTarget slow = subscriber("a", true, 0, SHARED, null);
    slow.writable = false;
    publish(publisher(), "t", texts("m", 20));
    assertThat(slow.texts).isEmpty();
    slow.writable = true;
    run(session(slow), () -> session(slow).writable());
    slow.acknowledge(server);
    assertThat(slow.texts).containsExactly(texts("m", 20));
  }

  @Test
  void expiredMessageIsNotHandedOut() {
    away("a", SHARED);
    RecordingTarget publisher = publisher();
    long soon = server.simulation.clock().millis() + 5_000;
    byte[] payload = "old".getBytes(StandardCharsets.UTF_8);
    run(
        session(publisher),
        () ->
            publish(
                session(publisher),
                "t",
                payload,
                Qos.AT_LEAST_ONCE,
                false,
                soon,
                new ArrayList<>()));
    publish(publisher, "t", "new");
    seconds(6);
    assertThat(back("a").texts).containsExactly("new");
    assertThat(server.broker.counters().messagesExpired.sum()).isEqualTo(1);
  }

  @Test
  void exactlyOnceMessageArrivesOnceThroughTheQueueOfTheGroup() {
    RecordingTarget member = connected("a", false, HOUR, null);
    subscribe(member, SHARED, Qos.EXACTLY_ONCE);
    lose(member);
    RecordingTarget publisher = connected("p", false, HOUR, null);
    List<Outcome> outcomes = new ArrayList<>();
    publishOnce(session(publisher), "t", "once", outcomes);
    assertThat(outcomes).containsExactly(Outcome.ACCEPTED);
    server.crash();
    RecordingTarget back = back("a");
    assertThat(back.texts).containsExactly("once");
    server.crash();
    back = back("a");
    assertThat(back.texts).containsExactly("once");
    back.acknowledge(server);
    seconds(2);
    server.crash();
    assertThat(back("a").texts).isEmpty();
    assertThat(server.broker.groups().queued()).isZero();
  }

  @Test
  void noMemberNoQueue() {
    assertThat(publish(publisher(), "t", "m")).containsExactly(Outcome.ACCEPTED);
    subscriber("a", true, 0, SHARED, null);
    assertThat(server.broker.groups().queued()).isZero();
  }
}
