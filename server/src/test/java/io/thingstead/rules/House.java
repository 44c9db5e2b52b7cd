package io.thingstead.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.netty.buffer.Unpooled;
import io.thingstead.account.Account;
import io.thingstead.api.iot.Action;
import io.thingstead.api.iot.CreateTopicRuleRequest;
import io.thingstead.api.iot.HttpAction;
import io.thingstead.api.iot.RepublishAction;
import io.thingstead.api.iot.TopicRulePayload;
import io.thingstead.broker.Message;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Publishing;
import io.thingstead.broker.Qos;
import io.thingstead.broker.Sink;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import io.thingstead.rules.action.HttpCalls;
import io.thingstead.rules.action.Pause;
import io.thingstead.rules.action.TargetGuard;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** An account's rules in one simulated thread, with a broker that is a list. */
final class House {
  static final String ROLE = "arn:aws:iam::123456789012:role/my-iot-role";

  /** A condition that always holds, but takes no shortcut: its messages are kept first. */
  static final String LONG_WAY = " WHERE regexp_matches(topic(), '.')";

  final Simulation sim;
  final Limits.Rules limits;
  final Deque<Runnable> tasks = new ArrayDeque<>();
  final List<Message> published = new ArrayList<>();
  List<String> allowedTargets = List.of("127.0.0.1");
  Pause pause = _ -> {};

  /** Comes on a thread of its own as soon as a rule listens. */
  @Nullable Message atAttach;

  final RecordingFunctions functions = new RecordingFunctions();
  Broker broker = new Broker();
  Rules rules;

  House() {
    this(1, Limits.DEFAULT.rules());
  }

  House(long seed, Limits.Rules limits) {
    this(new Simulation(seed), limits);
  }

  House(Simulation sim, Limits.Rules limits) {
    this.sim = sim;
    this.limits = limits;
    this.rules = open();
  }

  private Rules open() {
    try {
      Rules opened =
          new Rules(
              new Account(new AccountId("123456789012"), "us-east-1", Profile.THINGSTEAD),
              shard(ShardId.REGISTRY),
              shard(ShardId.RULE),
              broker,
              new HttpCalls(
                  new TargetGuard(allowedTargets), SSLContext.getDefault(), InstantSource.system()),
              functions,
              "https://localhost:8443",
              limits,
              new Work(tasks::add, sim.clock(), sim.random(), time -> pause.pause(time)));
      opened.start();
      return opened;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private AccountShard shard(int kind) {
    return sim.engine().shard(new ShardId(kind, 0)).account(1);
  }

  /** Ends this run of the server as a power cut does and starts the next. */
  void crash() {
    sim.crashAndRestart();
    tasks.clear();
    broker = new Broker();
    rules = open();
  }

  /** Runs all tasks and shards until nothing is left to do. */
  void settle() {
    do {
      sim.runUntilIdle();
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      sim.runUntilIdle();
    } while (!tasks.isEmpty());
  }

  int keptInputs() {
    return shard(ShardId.RULE).durable().scan(Tables.INPUT, Key.ALL, null, 100).size()
        + shard(ShardId.RULE).durable().scan(Tables.INPUT_DONE, Key.ALL, null, 100).size();
  }

  void create(String name, String sql, Action... actions) {
    rules.create(request(name, sql, null, actions));
    settle();
  }

  static CreateTopicRuleRequest request(
      String name, String sql, @Nullable Action error, Action... actions) {
    return new CreateTopicRuleRequest(name, payload(sql, error, actions), null);
  }

  static TopicRulePayload payload(String sql, @Nullable Action error, Action... actions) {
    return new TopicRulePayload(sql, null, List.of(actions), null, "2016-03-23", error);
  }

  static Action republish(String topic) {
    return Action.builder().republish(new RepublishAction(ROLE, topic, 1, null)).build();
  }

  static Action http(String url) {
    return Action.builder().http(HttpAction.builder().url(url).build()).build();
  }

  /** Publishes as a device does; the stage of the acknowledgement. */
  CompletionStage<?> publish(String topic, String payload, Qos qos) {
    return broker.publish(message(topic, payload, qos));
  }

  static Message message(String topic, String payload, Qos qos) {
    return new Message(
        new Topic(topic),
        Unpooled.copiedBuffer(payload, UTF_8),
        qos,
        false,
        Long.MAX_VALUE,
        MessageProperties.NONE,
        new Origin("thing-7", "cert-1", null, 0),
        1_700_000_000_123L);
  }

  /** Topics and payloads that came to the broker, in order. */
  List<String> seen() {
    return published.stream()
        .map(message -> message.topic().text() + " " + message.payload().toString(UTF_8))
        .toList();
  }

  /** Routes to the sinks of this run; refuses what {@code refuse} names. */
  final class Broker implements Publishing {
    final List<Subscription> subscriptions = new ArrayList<>();
    @Nullable String refuse;

    /** When the broker has what rules publish; null: at once. */
    @Nullable CompletableFuture<Void> taken;

    record Subscription(TopicFilter filter, Sink sink) {}

    @Override
    public CompletionStage<Void> publish(String client, Message message) {
      return publish(message);
    }

    @Override
    public CompletionStage<Void> publish(Message message) {
      if (message.topic().text().equals(refuse)) {
        return CompletableFuture.failedFuture(new IllegalStateException("refused"));
      }
      published.add(message);
      List<CompletableFuture<?>> stages = new ArrayList<>();
      for (Subscription subscription : List.copyOf(subscriptions)) {
        if (subscription.filter().matches(message.topic(), Profile.THINGSTEAD)) {
          CompletionStage<?> stage = subscription.sink().accept(message);
          if (stage != null) {
            stages.add(stage.toCompletableFuture());
          }
        }
      }
      // A rule's own run waits for what it publishes: here nobody else would run meanwhile.
      if (message.origin().hops() > 0) {
        return taken == null ? CompletableFuture.completedFuture(null) : taken;
      }
      return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new));
    }

    @Override
    public Registration attach(TopicFilter filter, Sink sink) {
      Subscription subscription = new Subscription(filter, sink);
      subscriptions.add(subscription);
      if (atAttach != null) {
        sink.accept(atAttach);
        tasks.forEach(Runnable::run);
        tasks.clear();
      }
      return () -> subscriptions.remove(subscription);
    }
  }

  /** The call is refused by this error, with this in its message. */
  static void refused(AwsError error, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .hasMessageContaining(message)
        .asInstanceOf(type(ApiException.class))
        .extracting(ApiException::error)
        .isEqualTo(error);
  }

  static void refused(AwsError error, ThrowingCallable call) {
    refused(error, "", call);
  }
}
