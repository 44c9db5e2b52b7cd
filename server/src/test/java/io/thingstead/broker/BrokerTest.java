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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of messages, wills and sessions when something is in the way. */
class BrokerTest {
  private static final long HOUR = 3600;

  private SimulatedBroker server = new SimulatedBroker(1);

  private static PendingWill will(String topic) {
    return new PendingWill(
        new Topic(topic),
        new byte[] {1},
        Qos.AT_LEAST_ONCE,
        false,
        0,
        -1,
        MessageProperties.NONE,
        null);
  }

  /** A connection whose CONNECT is under way; it is connected when it has a session. */
  private RecordingTarget connecting(
      String id, boolean clean, long expirySeconds, @Nullable PendingWill will) {
    Lane lane = server.broker.clients().lane(id);
    RecordingTarget target = new RecordingTarget(lane);
    Connecting client =
        new Connecting(id, clean, false, expirySeconds, 60_000, new Permissive(), will);
    Clients.Connected answer =
        new Clients.Connected() {
          @Override
          public void connected(Session session, boolean present) {
            target.session = session;
          }

          @Override
          public void refused(Closing why) {
            target.closed = why;
          }
        };
    lane.loop().execute(() -> server.broker.clients().connect(client, target, answer));
    return target;
  }

  private RecordingTarget connected(
      String id, boolean clean, long expirySeconds, @Nullable PendingWill will) {
    RecordingTarget target = connecting(id, clean, expirySeconds, will);
    server.simulation.runUntilIdle();
    assertThat(target.session).isNotNull();
    return target;
  }

  private RecordingTarget subscriber(
      String id, boolean clean, long expirySeconds, String filter, @Nullable PendingWill will) {
    RecordingTarget target = connected(id, clean, expirySeconds, will);
    subscribe(target, filter);
    return target;
  }

  private void subscribe(RecordingTarget target, String filter) {
    Session session = requireNonNull(target.session);
    Subscribing request =
        new Subscribing(
            filter,
            new TopicFilter(filter),
            null,
            Qos.AT_LEAST_ONCE,
            false,
            false,
            Subscribing.Retained.DO_NOT_SEND,
            0);
    run(session, () -> server.broker.clients().subscribe(session, request, _ -> {}));
  }

  private void run(Session session, Runnable task) {
    session.lane().loop().execute(task);
    server.simulation.runUntilIdle();
  }

  private void lose(RecordingTarget target) {
    Session session = requireNonNull(target.session);
    run(session, () -> server.broker.clients().disconnected(session, target, true));
  }

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
      run(publisher, () -> publish(publisher, payload, outcomes));
    }

    assertThat(slow.closed).isEqualTo(Closing.TOO_SLOW);
    assertThat(Collections.frequency(before.topics, "t")).isEqualTo(outcomes.size());
    assertThat(Collections.frequency(behind.topics, "t")).isEqualTo(outcomes.size());
    assertThat(Collections.frequency(before.topics, "will")).isEqualTo(1);
    assertThat(Collections.frequency(behind.topics, "will")).isEqualTo(1);
    assertThat(server.broker.counters().tooSlow.sum()).isEqualTo(1);
  }

  private void publish(Session publisher, byte[] payload, List<Outcome> outcomes) {
    Receipt receipt =
        server.broker.publish(
            publisher,
            server.broker.topic(new Topic("t")),
            Unpooled.wrappedBuffer(payload),
            0,
            payload.length,
            Qos.AT_LEAST_ONCE,
            false,
            Long.MAX_VALUE,
            MessageProperties.NONE,
            Origin.SERVER);
    if (receipt == null) {
      outcomes.add(Outcome.ACCEPTED);
    } else {
      receipt.seal(outcomes::add);
    }
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
}
