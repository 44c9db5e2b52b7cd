package io.thingstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whatever clients do, what is held for them stays within its bound, and others are served. */
class BoundsTest extends BrokerScene {
  private static final int HALF_MIB = 512 << 10;

  private RetainedIndex index() {
    return server.broker.retainedStore().index();
  }

  private void retain(String topic) {
    index()
        .put(
            new RetainedMessage(
                topic,
                new byte[1],
                Qos.AT_MOST_ONCE,
                Long.MAX_VALUE,
                MessageProperties.NONE,
                server.simulation.clock().millis()));
  }

  /** A client id whose sessions live on a lane. */
  private String idOn(int lane, String prefix) {
    for (int i = 0; ; i++) {
      if (server.broker.clients().lane(prefix + i).number() == lane) {
        return prefix + i;
      }
    }
  }

  @Test
  void manyTopicsAreNotRemembered() {
    Router router = server.broker.router();
    RecordingTarget other = subscriber("s", true, 0, "flood/+", null);
    for (int i = 0; i < 200_000; i++) {
      server.broker.topic(new Topic("flood/" + i));
      assertThat(router.known()).isLessThanOrEqualTo(Router.ENTRIES_MAX);
    }
    publish(connected("p", true, 0, null), "flood/7", "m");
    assertThat(other.texts).containsExactly("m");
  }

  @Test
  void longTopicsAreForgottenSooner() {
    Router router = server.broker.router();
    String tail = "x".repeat(60_000);
    int most = 0;
    for (int i = 0; i < 3_000; i++) {
      server.broker.topic(new Topic(i + tail));
      most = Math.max(most, router.known());
    }
    assertThat(most * 60_000L).isBetween(Router.ENTRY_BYTES_MAX / 2, Router.ENTRY_BYTES_MAX);
  }

  @Test
  void retainedFloodFillsWhatTheAccountMayHaveAndNoMore() {
    server =
        new SimulatedBroker(
            1,
            SimulatedBroker.limits(
                Map.of("retained.messages", 500L, "retained.bytes", 100L << 10)));
    RecordingTarget publisher = connected("p", true, 0, null);
    List<Outcome> outcomes = new ArrayList<>();
    run(
        session(publisher),
        () -> {
          for (int i = 0; i < 2_000; i++) {
            byte[] payload = new byte[i % 2 == 0 ? 10 : 300];
            publish(
                session(publisher),
                "kept/" + i,
                payload,
                Qos.AT_LEAST_ONCE,
                true,
                Long.MAX_VALUE,
                outcomes);
          }
        });
    assertThat(index().size()).isLessThanOrEqualTo(500);
    assertThat(index().bytes()).isLessThanOrEqualTo(100L << 10);
    assertThat(Collections.frequency(outcomes, Outcome.ACCEPTED)).isEqualTo(index().size());
    assertThat(outcomes).hasSize(2_000).contains(Outcome.OVER_QUOTA);
    assertThat(server.broker.counters().overflowed.sum()).isEqualTo(2_000L - index().size());
    // What goes makes room, and a smaller one may take the place of a larger one.
    run(
        session(publisher),
        () -> {
          for (int i = 0; i < 2_000; i++) {
            publish(
                session(publisher),
                "kept/" + i,
                new byte[0],
                Qos.AT_LEAST_ONCE,
                true,
                Long.MAX_VALUE,
                outcomes);
          }
        });
    assertThat(index().size()).isZero();
    assertThat(index().bytes()).isZero();
  }

  @Test
  void retainedMessagesOfAWildcardAreLookedForAsTheClientTakesThem() {
    for (int i = 0; i < 20_000; i++) {
      retain("r/" + i);
    }
    RecordingTarget slow = connected("s", true, 0, null);
    slow.writable = false;
    long before = index().visited();
    sendRetained(slow, "#");
    assertThat(index().visited()).as("looked at for a client that does not read").isEqualTo(before);
    slow.writable = true;
    run(session(slow), session(slow)::writable);
    assertThat(slow.texts).hasSize(20_000);
    assertThat(slow.topics).doesNotHaveDuplicates();
  }

  @Test
  void oneTurnOfALaneLooksOnlyAtSoManyRetainedMessages() {
    for (int i = 0; i < 20_000; i++) {
      retain("r/" + i);
    }
    RecordingTarget client = connected("s", true, 0, null);
    long before = index().visited();
    AtomicInteger inFirstTurn = new AtomicInteger();
    Session mine = session(client);
    run(
        mine,
        () -> {
          mine.outbound().retained(new TopicFilter("+/none"), Qos.AT_MOST_ONCE, 0);
          mine.outbound().retained(new TopicFilter("r/+"), Qos.AT_MOST_ONCE, 0);
          inFirstTurn.set((int) (index().visited() - before));
        });
    assertThat(inFirstTurn.get()).isPositive().isLessThanOrEqualTo(2 * RetainedFeed.STEPS_MAX);
    assertThat(client.texts).hasSize(20_000);
  }

  @Test
  void whoSubscribesAnewBeginsAnew() {
    for (int i = 0; i < 10; i++) {
      retain("r/" + i);
    }
    RecordingTarget client = connected("s", true, 0, null);
    client.writable = false;
    for (int i = 0; i < 1_000; i++) {
      sendRetained(client, "r/#");
    }
    client.writable = true;
    run(session(client), session(client)::writable);
    assertThat(client.texts).hasSize(10);
  }

  private void sendRetained(RecordingTarget to, String filter) {
    Session mine = session(to);
    run(mine, () -> mine.outbound().retained(new TopicFilter(filter), Qos.AT_MOST_ONCE, 0));
  }

  @Test
  void messagesBetweenLanesAreBounded() {
    RecordingTarget publisher = connected(idOn(0, "p"), true, 0, null);
    RecordingTarget unkept = subscriber(idOn(1, "s"), true, 0, "t", null);
    RecordingTarget kept = subscriber(idOn(1, "k"), false, HOUR, "u", null);
    RecordingTarget near = subscriber(idOn(0, "n"), true, 0, "near", null);
    byte[] payload = new byte[HALF_MIB];
    int fit = (int) (Lane.PENDING_BYTES_MAX / HALF_MIB);
    List<Outcome> outcomes = new ArrayList<>();
    run(
        session(publisher),
        () -> {
          for (int i = 0; i < fit + 10; i++) {
            publish(session(publisher), "t", payload, Qos.AT_MOST_ONCE, new ArrayList<>());
          }
          for (int i = 0; i < 5; i++) {
            publish(session(publisher), "u", new byte[1], Qos.AT_LEAST_ONCE, outcomes);
          }
          publish(session(publisher), "near", new byte[1], Qos.AT_MOST_ONCE, new ArrayList<>());
        });
    assertThat(unkept.texts).hasSizeBetween(fit, fit + 1);
    assertThat(outcomes).hasSize(5).containsOnly(Outcome.OVER_QUOTA);
    assertThat(kept.texts).isEmpty();
    assertThat(near.texts).hasSize(1);
    assertThat(server.broker.counters().congested.sum())
        .isEqualTo(fit + 10 - unkept.texts.size() + 5);

    assertThat(publish(publisher, "u", "later")).containsExactly(Outcome.ACCEPTED);
    assertThat(kept.texts).containsExactly("later");
  }

  @Test
  void clientThatAcknowledgesNothingHoldsLittleInMemoryAndItsQueueIsBounded() {
    server =
        new SimulatedBroker(
            1,
            SimulatedBroker.limits(
                Map.of(
                    "sessions.queues.messages", 3_000L,
                    "sessions.queues.readyMessages", 100L,
                    "sessions.queues.readyBytes", 64L << 10)));
    RecordingTarget silent = subscriber("silent", false, HOUR, "t", null);
    RecordingTarget good = subscriber("good", true, 0, "t", null);
    RecordingTarget publisher = connected("p", true, 0, null);
    String padding = "x".repeat(1_000);
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      outcomes.addAll(publish(publisher, "t", texts(padding, 500)));
      good.acknowledge(server);
      Outbound held = session(silent).outbound();
      assertThat(held.window().inFlight() * 1_000L).isLessThanOrEqualTo(1L << 20);
      assertThat(held.readyCount()).isLessThanOrEqualTo(100);
      assertThat(held.readyBytes()).isLessThanOrEqualTo((64 << 10) + 2_000);
    }
    assertThat(good.texts).hasSize(4_000);
    assertThat(Collections.frequency(outcomes, Outcome.ACCEPTED)).isEqualTo(3_000);
    assertThat(server.broker.queuedMessages()).isEqualTo(3_000);
    assertThat(server.broker.counters().overflowed.sum()).isEqualTo(1_000);
    silent.acknowledge(server);
    assertThat(silent.texts).hasSize(3_000);
    assertThat(server.broker.queuedMessages()).isZero();
  }

  @Test
  void clientWithoutADurableSessionThatAcknowledgesNothingIsClosed() {
    window = 100;
    RecordingTarget silent = subscriber("silent", true, 0, "t", null);
    RecordingTarget good = subscriber("good", true, 0, "t", null);
    RecordingTarget publisher = connected("p", true, 0, null);
    String big = "x".repeat(100_000);
    for (int i = 0; i < 15 && silent.closed == null; i++) {
      publish(publisher, "t", texts(big, 10));
      good.acknowledge(server);
      if (silent.closed == null) {
        assertThat(session(silent).outbound().readyBytes())
            .isLessThanOrEqualTo(Outbound.WAITING_BYTES_MAX);
      }
    }
    assertThat(silent.texts).hasSize(100);
    assertThat(silent.closed).isEqualTo(Closing.TOO_SLOW);
    assertThat(good.closed).isNull();
    assertThat(server.broker.counters().tooSlow.sum()).isEqualTo(1);
  }

  @Test
  void deepestTopicsAndFiltersFitOnTheStackOfALoop() throws InterruptedException {
    String topic = "a/".repeat(1_000) + "a";
    SubscriptionIndex subscriptions = new SubscriptionIndex(true);
    AtomicInteger found = new AtomicInteger();
    Runnable work =
        () -> {
          RecordingTarget owner = connected("deep", true, 0, null);
          for (String filter : List.of("+/".repeat(1_000) + "+", "a/".repeat(999) + "#")) {
            TopicFilter deep = new TopicFilter(filter);
            Subscription one =
                new Subscription(session(owner), deep, Qos.AT_MOST_ONCE, false, false, 0);
            subscriptions.add(deep, one);
          }
          subscriptions.match(topic, _ -> found.incrementAndGet());
          subscriptions.remove(new TopicFilter("+/".repeat(1_000) + "+"), session(owner));
          retain(topic);
          RetainedTest.matching(index(), new TopicFilter("+/".repeat(1_000) + "+"));
          index().remove(topic);
          found.incrementAndGet();
        };
    // Half of what a thread has by default.
    Thread small = new Thread(null, work, "small", 512 << 10);
    small.start();
    small.join();
    assertThat(found.get()).isEqualTo(3);
  }
}
