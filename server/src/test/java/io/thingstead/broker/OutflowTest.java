package io.thingstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rates towards clients: what is too much waits, and only QoS 0, which cannot, is dropped. */
class OutflowTest extends BrokerScene {
  private final Map<String, LongAdder> exceeded = new HashMap<>();

  private void limited(Map<String, Long> quotas) {
    server = new SimulatedBroker(1, SimulatedBroker.limits(quotas));
    watch();
  }

  private void watch() {
    server.broker.counters().onFirstExceeded(exceeded::put);
  }

  private long exceeded(String limit) {
    LongAdder count = exceeded.get(limit);
    return count == null ? 0 : count.sum();
  }

  private void publishUnkept(RecordingTarget publisher, String topic, String... texts) {
    for (String text : texts) {
      byte[] payload = text.getBytes(StandardCharsets.UTF_8);
      run(
          session(publisher),
          () -> publish(session(publisher), topic, payload, Qos.AT_MOST_ONCE, new ArrayList<>()));
    }
  }

  private static String[] some(String prefix, int from, int to) {
    return Stream.of(texts(prefix, to)).skip(from).toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"messages.publishesPerSecond", "messages.outPerSecond"})
  void messagesWaitInOrderUntilTheyMayGo(String limit) {
    limited(Map.of(limit, 10L));
    for (long expiry : new long[] {0, HOUR}) {
      RecordingTarget slow = subscriber("a" + expiry, false, expiry, "t" + expiry, null);
      assertThat(publish(connected("p", true, 0, null), "t" + expiry, texts("m", 35)))
          .hasSize(35)
          .containsOnly(Outcome.ACCEPTED);
      assertThat(slow.texts).containsExactly(texts("m", 10));
      for (int second = 2; second < 4; second++) {
        seconds(1);
        assertThat(slow.texts).containsExactly(texts("m", second * 10));
      }
      seconds(1);
      assertThat(slow.texts).containsExactly(texts("m", 35));
      assertThat(slow.closed).isNull();
      seconds(5);
    }
    assertThat(exceeded(limit)).isEqualTo(6);
  }

  @Test
  void bytesTakeTheirTime() {
    limited(Map.of("messages.bytesPerSecond", 1_000L));
    RecordingTarget slow = subscriber("a", false, HOUR, "t", null);
    RecordingTarget publisher = connected("p", true, 0, null);
    publish(publisher, "t", texts("x".repeat(497), 6));
    // Each has 499 or 500 bytes with its topic: two are a second's worth.
    assertThat(slow.texts).hasSize(3);
    seconds(1);
    assertThat(slow.texts).hasSize(5);
    seconds(1);
    assertThat(slow.texts).hasSize(6);
    // One larger than a second's worth goes at once and is made up for.
    seconds(3);
    publish(publisher, "t", "y".repeat(3_000), "z");
    assertThat(slow.texts).hasSize(7);
    seconds(2);
    assertThat(slow.texts).hasSize(7);
    seconds(1);
    assertThat(slow.texts).hasSize(8);
    assertThat(exceeded("messages.bytesPerSecond")).isPositive();
  }

  @Test
  void messagesThatAreNotKeptAreDroppedAndCounted() {
    limited(Map.of("messages.publishesPerSecond", 10L));
    RecordingTarget fast = subscriber("a", true, 0, "t", null);
    RecordingTarget publisher = connected("p", true, 0, null);
    publishUnkept(publisher, "t", texts("m", 12));
    assertThat(fast.texts).containsExactly(texts("m", 10));
    assertThat(exceeded("messages.publishesPerSecond")).isEqualTo(2);
    assertThat(server.broker.counters().dropped.sum()).isEqualTo(2);
    seconds(1);
    publishUnkept(publisher, "t", "later");
    assertThat(fast.texts).endsWith("later");
  }

  @Test
  void accountsRateIsSharedByItsClients() {
    limited(Map.of("messages.outPerSecond", 10L));
    RecordingTarget one = subscriber("a", true, 0, "t", null);
    RecordingTarget two = subscriber("b", true, 0, "t", null);
    publishUnkept(connected("p", true, 0, null), "t", texts("m", 10));
    assertThat(one.texts.size() + two.texts.size()).isEqualTo(10);
    assertThat(exceeded("messages.outPerSecond")).isEqualTo(10);
  }

  @Test
  void memberThatMayGetNoMoreLeavesTheRestToTheOthers() {
    limited(Map.of("messages.publishesPerSecond", 3L));
    RecordingTarget one = subscriber("a", true, 0, "$share/g/t", null);
    RecordingTarget two = subscriber("b", false, HOUR, "$share/g/t", null);
    publish(connected("p", true, 0, null), "t", texts("m", 10));
    assertThat(one.texts.size() + two.texts.size()).isEqualTo(6);
    seconds(3);
    assertThat(Stream.concat(one.texts.stream(), two.texts.stream()))
        .containsExactlyInAnyOrder(texts("m", 10));
  }

  @Test
  void whatWasQueuedComesAtItsOwnRateAndWhatComesLaterKeepsItsPlace() {
    limited(Map.of("sessions.replaysPerSecond", 10L));
    away("a", "t");
    RecordingTarget publisher = connected("p", true, 0, null);
    publish(publisher, "t", texts("m", 25));
    RecordingTarget back = back("a");
    assertThat(back.texts).containsExactly(texts("m", 10));
    publish(publisher, "t", some("m", 25, 60));
    publishUnkept(publisher, "t", "at once");
    assertThat(back.texts).hasSize(11).endsWith("at once");
    seconds(1);
    assertThat(back.texts).hasSize(21);
    seconds(1);
    back.texts.remove("at once");
    assertThat(back.texts).containsExactly(texts("m", 60));
    assertThat(exceeded("sessions.replaysPerSecond")).isEqualTo(2);
  }

  @Test
  void whatWasInFlightIsReplayedToo() {
    limited(Map.of("sessions.replaysPerSecond", 4L));
    RecordingTarget first = subscriber("a", false, HOUR, "t", null);
    publish(connected("p", true, 0, null), "t", texts("m", 6));
    assertThat(first.texts).hasSize(6);
    lose(first);
    RecordingTarget back = back("a");
    assertThat(back.texts).containsExactly(texts("m", 4));
    seconds(1);
    assertThat(back.texts).containsExactly(texts("m", 6));
    back.acknowledge(server);
    assertThat(server.broker.queuedMessages()).isZero();
  }

  @Test
  void soManyMessagesASecondAreQueuedForClientsThatAreAway() {
    limited(Map.of("sessions.queuedPerSecond", 5L));
    away("a", "t");
    away("b", "$share/g/s");
    RecordingTarget online = subscriber("c", false, HOUR, "u", null);
    RecordingTarget publisher = connected("p", true, 0, null);
    List<Outcome> outcomes = publish(publisher, "t", texts("m", 4));
    outcomes.addAll(publish(publisher, "s", texts("m", 2)));
    outcomes.addAll(publish(publisher, "t", "more"));
    assertThat(outcomes)
        .containsExactly(
            Outcome.ACCEPTED,
            Outcome.ACCEPTED,
            Outcome.ACCEPTED,
            Outcome.ACCEPTED,
            Outcome.ACCEPTED,
            Outcome.OVER_QUOTA,
            Outcome.OVER_QUOTA);
    assertThat(publish(publisher, "u", texts("m", 9))).containsOnly(Outcome.ACCEPTED);
    assertThat(online.texts).hasSize(9);
    seconds(1);
    assertThat(publish(publisher, "t", texts("n", 5))).containsOnly(Outcome.ACCEPTED);
    assertThat(exceeded("sessions.queuedPerSecond")).isEqualTo(2);
    assertThat(back("a").texts).hasSize(9);
  }

  @Test
  void unacknowledgedMessageIsGivenUpAfterAWhile() {
    limited(Map.of("messages.retryV3Seconds", 60L));
    for (long expiry : new long[] {0, HOUR}) {
      exceeded.clear();
      watch();
      RecordingTarget silent = subscriber("a" + expiry, false, expiry, "t" + expiry, null);
      RecordingTarget publisher = connected("p", true, 0, null);
      publish(publisher, "t" + expiry, "old");
      seconds(30);
      publish(publisher, "t" + expiry, "young");
      seconds(31);
      assertThat(silent.unanswered).hasSize(2);
      assertThat(session(silent).outbound().window().inFlight()).isEqualTo(1);
      int old = silent.unanswered.keySet().iterator().next();
      run(session(silent), () -> session(silent).acknowledged(old));
      assertThat(session(silent).outbound().window().inFlight()).as("late").isEqualTo(1);
      seconds(30);
      assertThat(session(silent).outbound().window().inFlight()).isZero();
      publish(publisher, "t" + expiry, "next");
      assertThat(silent.texts).containsExactly("old", "young", "next");
      silent.acknowledge(server);
    }
    assertThat(server.broker.queuedMessages()).isZero();
    assertThat(server.broker.queuedBytes()).isZero();
  }

  @Test
  void whatWasSentTooLongAgoIsNotSentAgain() {
    limited(Map.of("messages.retryV3Seconds", 60L));
    RecordingTarget first = subscriber("a", false, HOUR, "t", null);
    RecordingTarget publisher = connected("p", true, 0, null);
    publish(publisher, "t", "old");
    seconds(30);
    publish(publisher, "t", "young");
    lose(first);
    publish(publisher, "t", "never sent");
    seconds(31);
    RecordingTarget back = back("a");
    assertThat(back.texts).containsExactly("young", "never sent");
    assertThat(exceeded("messages.retryV3Seconds")).isEqualTo(1);
    back.acknowledge(server);
    assertThat(server.broker.queuedMessages()).isZero();
    assertThat(server.broker.queuedBytes()).isZero();
  }

  @Test
  void backlogOfAGroupIsDrainedAtItsRate() {
    limited(Map.of("sessions.drainedPerMember", 20L));
    away("a", "$share/g/t");
    publish(connected("p", true, 0, null), "t", texts("m", 70));
    RecordingTarget back = back("a");
    assertThat(back.texts).hasSize(20);
    RecordingTarget other = subscriber("b", true, 0, "$share/g/t", null);
    assertThat(other.texts).hasSize(20);
    seconds(1);
    assertThat(Stream.concat(back.texts.stream(), other.texts.stream()))
        .containsExactlyInAnyOrder(texts("m", 70));
  }

  @Test
  void whoIsNotLimitedHasNothingCounted() {
    RecordingTarget free = subscriber("a", false, HOUR, "t", null);
    assertThat(Outflow.of(session(free), Limits.DEFAULT, 0)).isNull();
    assertThat(Retries.of(session(free), Limits.DEFAULT.messages())).isNull();
  }
}
