package io.thingstead.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A simulated broker and clients that do what a test says. */
abstract class BrokerScene {
  static final long HOUR = 3600;

  SimulatedBroker server = new SimulatedBroker(1);

  /** What clients take without acknowledging it. */
  int window = 60_000;

  static PendingWill will(String topic) {
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
  final RecordingTarget connecting(
      String id, boolean clean, long expirySeconds, @Nullable PendingWill will) {
    Lane lane = server.broker.clients().lane(id);
    RecordingTarget target = new RecordingTarget(lane);
    Connecting client =
        new Connecting(
            id,
            clean,
            false,
            expirySeconds,
            window,
            server.broker.limits(),
            new Permissive(),
            will);
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

  final RecordingTarget connected(
      String id, boolean clean, long expirySeconds, @Nullable PendingWill will) {
    RecordingTarget target = connecting(id, clean, expirySeconds, will);
    server.simulation.runUntilIdle();
    assertThat(target.session).isNotNull();
    return target;
  }

  final RecordingTarget subscriber(
      String id, boolean clean, long expirySeconds, String filter, @Nullable PendingWill will) {
    RecordingTarget target = connected(id, clean, expirySeconds, will);
    subscribe(target, filter);
    return target;
  }

  final void subscribe(RecordingTarget target, String filter) {
    assertThat(subscribe(target, filter, Qos.AT_LEAST_ONCE)).containsExactly(Outcome.ACCEPTED);
  }

  final List<Outcome> subscribe(RecordingTarget target, String filter, Qos qos) {
    String share =
        filter.startsWith("$share/") ? filter.substring(7, filter.indexOf('/', 7)) : null;
    List<Outcome> outcomes = new ArrayList<>();
    Session session = requireNonNull(target.session);
    Subscribing request =
        new Subscribing(
            filter,
            new TopicFilter(share == null ? filter : filter.substring(8 + share.length())),
            share,
            qos,
            false,
            false,
            Subscribing.Retained.DO_NOT_SEND,
            0);
    run(
        session,
        () -> server.broker.clients().subscriptions().subscribe(session, request, outcomes::add));
    return outcomes;
  }

  final void run(Session session, Runnable task) {
    session.lane().loop().execute(task);
    server.simulation.runUntilIdle();
  }

  final void lose(RecordingTarget target) {
    Session session = requireNonNull(target.session);
    run(session, () -> server.broker.clients().disconnected(session, target, true));
  }

  final Session session(RecordingTarget target) {
    return requireNonNull(target.session);
  }

  /** A durable session that nobody uses now. */
  final void away(String id, String filter) {
    lose(subscriber(id, false, HOUR, filter, null));
  }

  final RecordingTarget back(String id) {
    return connected(id, false, HOUR, null);
  }

  final void seconds(int count) {
    for (int i = 0; i < count; i++) {
      server.simulation.advance(Duration.ofSeconds(1));
      server.lanes.tick();
      server.simulation.runUntilIdle();
    }
  }

  /** Publishes texts at QoS 1, each when the one before is answered. */
  final List<Outcome> publish(RecordingTarget publisher, String topic, String... texts) {
    List<Outcome> outcomes = new ArrayList<>();
    for (String text : texts) {
      byte[] payload = text.getBytes(StandardCharsets.UTF_8);
      run(
          session(publisher),
          () -> publish(session(publisher), topic, payload, Qos.AT_LEAST_ONCE, outcomes));
    }
    return outcomes;
  }

  static String[] texts(String prefix, int count) {
    String[] texts = new String[count];
    java.util.Arrays.setAll(texts, i -> prefix + i);
    return texts;
  }

  final void publish(
      Session publisher, String topic, byte[] payload, Qos qos, List<Outcome> outcomes) {
    publish(publisher, topic, payload, qos, false, Long.MAX_VALUE, outcomes);
  }

  final void publish(
      Session publisher,
      String topic,
      byte[] payload,
      Qos qos,
      boolean retain,
      long expiresAtMillis,
      List<Outcome> outcomes) {
    Receipt receipt =
        server.broker.publish(
            publisher,
            server.broker.topic(new Topic(topic)),
            Unpooled.wrappedBuffer(payload),
            0,
            payload.length,
            qos,
            retain,
            expiresAtMillis,
            MessageProperties.NONE,
            Origin.SERVER);
    if (receipt == null) {
      outcomes.add(Outcome.ACCEPTED);
    } else {
      receipt.seal(outcomes::add);
    }
  }

  /** Publishes at QoS 2 under packet id 7. */
  final void publishOnce(Session publisher, String topic, String text, List<Outcome> outcomes) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    run(
        publisher,
        () ->
            server.broker.publishOnce(
                publisher,
                7,
                server.broker.topic(new Topic(topic)),
                Unpooled.wrappedBuffer(payload),
                0,
                payload.length,
                false,
                Long.MAX_VALUE,
                MessageProperties.NONE,
                Origin.SERVER,
                outcomes::add));
  }
}
