package io.thingstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What does not fit in a queue is refused to its publisher, and nothing else is lost for it. */
class OverflowTest extends BrokerScene {
  private static final String PADDING = "x".repeat(1_000);

  private static SimulatedBroker with(Map<String, Long> queues) {
    Map<String, Long> quotas = new HashMap<>();
    queues.forEach((name, value) -> quotas.put("sessions.queues." + name, value));
    quotas.putIfAbsent("sessions.queues.readyMessages", 10L);
    quotas.putIfAbsent("sessions.queues.readyBytes", 10_000L);
    return new SimulatedBroker(1, SimulatedBroker.limits(quotas));
  }

  private static int accepted(List<Outcome> outcomes) {
    return Collections.frequency(outcomes, Outcome.ACCEPTED);
  }

  @Test
  void queueIsBoundedByMessages() {
    server = with(Map.of("messages", 5L));
    away("a", "t");
    RecordingTarget publisher = connected("p", true, 0, null);
    List<Outcome> outcomes = publish(publisher, "t", texts("m", 8));
    assertThat(accepted(outcomes)).isEqualTo(5);
    assertThat(outcomes.subList(5, 8)).containsOnly(Outcome.OVER_QUOTA);
    assertThat(server.broker.counters().overflowed.sum()).isEqualTo(3);
    assertThat(server.broker.queuedMessages()).isEqualTo(5);
    server.crash();
    assertThat(server.broker.queuedMessages()).isEqualTo(5);
    RecordingTarget back = back("a");
    assertThat(back.texts).containsExactly(texts("m", 5));
    back.acknowledge(server);
    assertThat(server.broker.queuedMessages()).isZero();
    assertThat(server.broker.queuedBytes()).isZero();
  }

  @Test
  void queueIsBoundedByBytesAlsoAfterARestart() {
    server = with(Map.of("bytes", 20_000L));
    away("a", "t");
    RecordingTarget publisher = connected("p", true, 0, null);
    int before = accepted(publish(publisher, "t", texts(PADDING, 30)));
    assertThat(before).isBetween(15, 20);
    server.crash();
    publisher = connected("p", true, 0, null);
    assertThat(accepted(publish(publisher, "t", texts(PADDING + "again", 5)))).isLessThan(3);
    assertThat(back("a").texts)
        .startsWith(Collections.nCopies(1, PADDING + "0").toArray(String[]::new));
  }

  @Test
  void accountIsBoundedOverAllItsQueues() {
    server = with(Map.of("accountMessages", 10L));
    for (int i = 0; i < 4; i++) {
      away("a" + i, "t" + i);
    }
    RecordingTarget publisher = connected("p", true, 0, null);
    int accepted = 0;
    for (int i = 0; i < 4; i++) {
      accepted += accepted(publish(publisher, "t" + i, texts("m", 5)));
    }
    assertThat(accepted).isEqualTo(10);
    lose(connected("a0", true, 0, null));
    assertThat(server.broker.queuedMessages()).isEqualTo(5);
    assertThat(accepted(publish(publisher, "t3", texts("m", 8)))).isEqualTo(5);
  }

  @Test
  void fullQueueDoesNotKeepTheMessageFromOthers() {
    server = with(Map.of("messages", 2L));
    away("a", "t");
    RecordingTarget online = subscriber("b", true, 0, "t", null);
    List<Outcome> outcomes = publish(connected("p", true, 0, null), "t", texts("m", 4));
    assertThat(outcomes)
        .containsExactly(
            Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.OVER_QUOTA, Outcome.OVER_QUOTA);
    assertThat(online.texts).containsExactly(texts("m", 4));
  }

  @Test
  void exactlyOnceMessageThatDoesNotFitGoesToNobody() {
    server = with(Map.of("messages", 1L));
    RecordingTarget full = connected("a", false, HOUR, null);
    subscribe(full, "t", Qos.EXACTLY_ONCE);
    lose(full);
    RecordingTarget other = connected("b", false, HOUR, null);
    subscribe(other, "t", Qos.EXACTLY_ONCE);
    RecordingTarget publisher = connected("p", false, HOUR, null);
    publish(publisher, "t", "m");
    other.acknowledge(server);
    List<Outcome> outcomes = new java.util.ArrayList<>();
    publishOnce(session(publisher), "t", "once", outcomes);
    assertThat(outcomes).containsExactly(Outcome.OVER_QUOTA);
    assertThat(other.texts).containsExactly("m");
    assertThat(session(publisher).inbound().knows(7)).isFalse();
  }

  @Test
  void clientThatAcknowledgesNothingHasSoMuchInFlight() {
    RecordingTarget slow = subscriber("a", false, HOUR, "t", null);
    String big = "x".repeat(100_000);
    publish(connected("p", true, 0, null), "t", texts(big, 30));
    assertThat(slow.texts).hasSize(11);
    slow.acknowledge(server);
    assertThat(slow.texts).containsExactly(texts(big, 30));
  }
}
