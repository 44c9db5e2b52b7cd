package io.thingstead.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What becomes of messages, wills and sessions when something is in the way. */
class BrokerTest extends BrokerScene {
  @Test
  void willOfASlowClientDoesNotTakeTheMessageFromThoseBehindIt() {
    String[] ids =
        java.util.stream.IntStream.range(0, 100)
            .mapToObj(i -> "c" + i)
            .filter(id -> server.broker.clients().lane(id).number() == 0)
            .limit(4)
            .toArray(String[]::new);
    // A topic's deliveries are in one order; whichever it is, somebody is behind the slow one.
    RecordingTarget before = subscriber(ids[0], true, 0, "#", null);
    RecordingTarget slow = subscriber(ids[1], true, 0, "+", will("will"));
    RecordingTarget behind = subscriber(ids[2], true, 0, "t", null);
    subscribe(behind, "will");
    slow.writable = false;
    Session publisher = requireNonNull(connected(ids[3], true, 0, null).session);
    byte[] payload = new byte[4000];
    int count = Outbound.WAITING_BYTES_MAX / payload.length + 10;
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < count && slow.closed == null; i++) {
      run(publisher, () -> publish(publisher, "t", payload, Qos.AT_LEAST_ONCE, outcomes));
    }

    assertThat(slow.closed).isEqualTo(Closing.TOO_SLOW);
    assertThat(Collections.frequency(before.topics, "t")).isEqualTo(outcomes.size());
    assertThat(Collections.frequency(behind.topics, "t")).isEqualTo(outcomes.size());
    assertThat(Collections.frequency(before.topics, "will")).isEqualTo(1);
    assertThat(Collections.frequency(behind.topics, "will")).isEqualTo(1);
    assertThat(server.broker.counters().tooSlow.sum()).isEqualTo(1);
  }

  @Test
  void willThatCouldNotBeKeptIsPublishedAtTheNextStart() {
    subscriber("keeper", false, HOUR, "will", null);
    RecordingTarget lost = connected("lost", true, 0, will("will"));
    server.accepting = false;
    lose(lost);
    server.accepting = true;
    server.crash();

    assertThat(connected("keeper", false, HOUR, null).topics).containsExactly("will");
  }

  @Test
  void willThatCouldNotBeKeptIsPublishedWhenTheStoreTakesItAgain() {
    RecordingTarget keeper = subscriber("keeper", false, HOUR, "will", null);
    RecordingTarget lost = connected("lost", true, 0, will("will"));
    server.accepting = false;
    lose(lost);
    seconds(3);
    assertThat(keeper.topics).isEmpty();
    server.accepting = true;
    seconds(10);
    assertThat(keeper.topics).containsExactly("will");
    keeper.acknowledge(server);
    seconds(2);
    server.crash();
    assertThat(back("keeper").topics).as("its row is gone").isEmpty();
  }

  @Test
  void willWaitsForItsDelayAlsoOverARestartAndIsWithdrawnByAReturn() {
    away("keeper", "will");
    PendingWill late =
        new PendingWill(
            new Topic("will"),
            new byte[] {1},
            Qos.AT_LEAST_ONCE,
            false,
            30,
            -1,
            MessageProperties.NONE,
            null);
    connected("lost", false, HOUR, late);
    server.crash();
    seconds(20);
    RecordingTarget keeper = back("keeper");
    assertThat(keeper.topics).isEmpty();
    seconds(15);
    assertThat(keeper.topics).containsExactly("will");

    lose(connected("lost", false, HOUR, late));
    seconds(20);
    connected("lost", false, HOUR, null);
    seconds(40);
    assertThat(keeper.topics).containsExactly("will");
  }

  @Test
  void sessionThatExpiredWhileTheServerWasDownIsForgottenAtTheStart() {
    away("c", "t");
    server.simulation.advanceWithoutTurns(Duration.ofSeconds(2 * HOUR));
    server.crash();
    seconds(2);
    assertThat(server.broker.counters().expired.sum()).isEqualTo(1);
    assertThat(server.simulation.store().rows()).isZero();
  }

  @Test
  void cleanStartIsAnsweredWhenTheFormerSessionIsGoneForGood() {
    for (int turns = 1; turns < 40; turns++) {
      lose(subscriber("c", false, HOUR, "t", null));
      RecordingTarget clean = connecting("c", true, 0, null);
      server.simulation.run(turns);
      boolean answered = clean.session != null;
      server.crash();
      RecordingTarget back = connected("c", false, HOUR, null);
      int subscriptions = requireNonNull(back.session).subscriptionCount();
      if (answered) {
        assertThat(subscriptions).as("after %d turns", turns).isZero();
      }
    }
  }

  private void attach(Sink sink) {
    server.attach = broker -> broker.attach(new TopicFilter("t"), sink);
    server.attach.accept(server.broker);
  }

  /** Begins a QoS 2 publish on "t" under packet id 7. */
  private void publishOnce(Session publisher, boolean retain, List<Outcome> outcomes) {
    publisher
        .lane()
        .loop()
        .execute(
            () ->
                server.broker.publishOnce(
                    publisher,
                    7,
                    server.broker.topic(new Topic("t")),
                    Unpooled.wrappedBuffer(new byte[] {5}),
                    0,
                    1,
                    retain,
                    Long.MAX_VALUE,
                    MessageProperties.NONE,
                    Origin.SERVER,
                    outcomes::add));
  }

  @Test
  void takenMessageReachesSinksAndRetainedAlthoughTheServerDiesBeforeItRoutesIt() {
    int unanswered = 0;
    for (int turns = 1; turns < 40; turns++) {
      server = new SimulatedBroker(turns);
      List<Message> told = new ArrayList<>();
      attach(
          message -> {
            told.add(message);
            return null;
          });
      String id = "p" + turns;
      Session publisher = requireNonNull(connected(id, false, HOUR, null).session);
      publishOnce(publisher, true, new ArrayList<>());
      server.simulation.run(turns);
      server.crash();
      Session back = requireNonNull(connected(id, false, HOUR, null).session);
      if (back.inbound().knows(7)) {
        unanswered++;
        assertThat(told).as("after %d turns", turns).isNotEmpty();
        assertThat(server.broker.retained(new Topic("t"))).isNotNull();
        List<Outcome> again = new ArrayList<>();
        run(back, () -> back.inbound().again(7, again::add));
        assertThat(again).containsExactly(Outcome.ACCEPTED);
      }
    }
    assertThat(unanswered).isPositive();
  }

  @Test
  void failingSinkDelaysTheAnswerButReceiversGetTheMessageOnce() {
    List<Message> told = new ArrayList<>();
    RecordingTarget keeper = subscriber("keeper", false, HOUR, "t", null);
    attach(
        message -> {
          told.add(message);
          return told.size() == 1
              ? CompletableFuture.failedFuture(new IllegalStateException("full"))
              : null;
        });
    Session publisher = requireNonNull(connected("p", false, HOUR, null).session);
    List<Outcome> outcomes = new ArrayList<>();
    publishOnce(publisher, false, outcomes);
    server.simulation.runUntilIdle();
    assertThat(outcomes).isEmpty();
    assertThat(publisher.inbound().knows(7)).isTrue();

    for (int second = 0; second < 3; second++) {
      server.simulation.advance(Duration.ofSeconds(1));
      server.lanes.tick();
      server.simulation.runUntilIdle();
    }
    assertThat(outcomes).containsExactly(Outcome.ACCEPTED);
    assertThat(told).hasSize(2);
    assertThat(keeper.topics).containsExactly("t");
  }

  @Test
  void idsAreReleasedAgainInTheOrderOfTheirMessagesAlsoWhenIdsBeganAgain() {
    RecordingTarget keeper = connected("keeper", false, HOUR, null);
    subscribe(keeper, "t", Qos.EXACTLY_ONCE);
    Session publisher = session(connected("p", true, 0, null));
    for (int i = 0; i < 6; i++) {
      publishExactlyOnce(publisher, 1);
      keeper.acknowledge(server);
    }
    keeper.completes = false;
    publishExactlyOnce(publisher, 4);
    List<Integer> ids = List.copyOf(keeper.unanswered.keySet());
    assertThat(ids).as("ids that began again").isNotEqualTo(ids.stream().sorted().toList());
    for (int id : ids) {
      run(session(keeper), () -> session(keeper).received(id, false));
    }
    lose(keeper);

    RecordingTarget again = connecting("keeper", false, HOUR, null);
    again.completes = false;
    server.simulation.runUntilIdle();
    assertThat(again.released).isEqualTo(ids);

    server.crash();
    RecordingTarget later = connecting("keeper", false, HOUR, null);
    later.completes = false;
    server.simulation.runUntilIdle();
    assertThat(later.released).isEqualTo(ids);
  }

  private void publishExactlyOnce(Session publisher, int messages) {
    for (int i = 0; i < messages; i++) {
      run(
          publisher,
          () -> publish(publisher, "t", new byte[] {1}, Qos.EXACTLY_ONCE, new ArrayList<>()));
    }
  }
}
