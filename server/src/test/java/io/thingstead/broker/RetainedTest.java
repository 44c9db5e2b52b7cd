package io.thingstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Section 6 of the device gateway: how long retained messages are kept, and how many. */
class RetainedTest extends BrokerScene {
  private List<Outcome> retain(RecordingTarget publisher, String topic, String text, long seconds) {
    List<Outcome> outcomes = new ArrayList<>();
    long expires =
        seconds < 0 ? Long.MAX_VALUE : server.simulation.clock().millis() + seconds * 1000;
    run(
        session(publisher),
        () ->
            publish(
                session(publisher),
                topic,
                text.getBytes(StandardCharsets.UTF_8),
                Qos.AT_LEAST_ONCE,
                true,
                expires,
                outcomes));
    return outcomes;
  }

  @Test
  void messageGoesWhenItsTimeIsOverAlsoFromTheDiskAndAfterARestart() {
    RecordingTarget publisher = connected("p", true, 0, null);
    assertThat(retain(publisher, "a", "short", 5)).containsExactly(Outcome.ACCEPTED);
    retain(publisher, "b", "long", 3600);
    server.crash();
    assertThat(server.broker.retained(new Topic("a"))).isNotNull();
    server.simulation.advanceWithoutTurns(Duration.ofSeconds(6));
    assertThat(server.broker.retained(new Topic("a"))).isNull();
    seconds(3);
    assertThat(server.broker.retainedAfter(null, 10))
        .extracting(RetainedMessage::topic)
        .containsExactly("b");
    assertThat(server.simulation.store().rows()).isEqualTo(1);
  }

  @Test
  void messageIsKeptForThreeYearsAfterItsLastUpdate() {
    RecordingTarget publisher = connected("p", true, 0, null);
    retain(publisher, "a", "m", -1);
    server.simulation.advanceWithoutTurns(Duration.ofDays(2 * 365));
    retain(publisher, "b", "m", -1);
    server.simulation.advanceWithoutTurns(Duration.ofDays(365));
    seconds(3);
    assertThat(server.broker.retained(new Topic("a"))).isNull();
    assertThat(server.broker.retained(new Topic("b"))).isNotNull();
  }

  @Test
  void fullAccountRefusesNewTopicsOnly() {
    server = new SimulatedBroker(1, SimulatedBroker.limits(Map.of("retained.messages", 2L)));
    RecordingTarget publisher = connected("p", true, 0, null);
    retain(publisher, "a", "m", -1);
    retain(publisher, "b", "m", -1);
    assertThat(retain(publisher, "c", "m", -1)).containsExactly(Outcome.OVER_QUOTA);
    assertThat(server.broker.counters().overflowed.sum()).isEqualTo(1);
    assertThat(retain(publisher, "a", "new", -1)).containsExactly(Outcome.ACCEPTED);
    assertThat(retain(publisher, "b", "", -1)).containsExactly(Outcome.ACCEPTED);
    assertThat(retain(publisher, "c", "m", -1)).containsExactly(Outcome.ACCEPTED);
  }

  static List<String> matching(RetainedIndex index, TopicFilter filter) {
    List<String> found = new ArrayList<>();
    RetainedIndex.Walk walk = index.walk(filter);
    while (walk.step()) {
      String topic = walk.topic();
      if (topic != null) {
        found.add(topic);
      }
    }
    return found;
  }

  @Test
  void wildcardLooksOnlyAtWhatItCanMatch() {
    RetainedIndex index = new RetainedIndex(true);
    for (int site = 0; site < 1_000; site++) {
      for (int device = 0; device < 100; device++) {
        String topic = "site" + site + "/device" + device + "/state";
        index.put(
            new RetainedMessage(
                topic, new byte[1], Qos.AT_MOST_ONCE, Long.MAX_VALUE, MessageProperties.NONE, 0));
      }
    }
    long before = index.visited();
    assertThat(matching(index, new TopicFilter("site7/+/state"))).hasSize(100);
    // The root, the site, its devices and their states.
    assertThat(index.visited() - before).isEqualTo(1 + 1 + 100 + 100);
    before = index.visited();
    assertThat(matching(index, new TopicFilter("site7/device3/#"))).hasSize(1);
    assertThat(index.visited() - before).isLessThan(5);
    before = index.visited();
    assertThat(matching(index, new TopicFilter("site7/device3/state"))).hasSize(1);
    assertThat(index.visited() - before).isZero();
  }
}
