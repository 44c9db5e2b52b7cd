package io.thingstead.shadow;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.thingstead.broker.Message;
import io.thingstead.broker.Publishing;
import io.thingstead.broker.Sink;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Routes to sinks at once, writes down what it is given, and stores when told to. */
final class RecordingBroker implements Publishing {
  private final List<Attached> attached = new ArrayList<>();

  /** Topic below {@code $aws/things/}, a space, payload with single quotes. */
  final List<String> published = new ArrayList<>();

  /** Whether what is published becomes durable at once. */
  boolean stores = true;

  /** Whether it can store nothing. */
  boolean fails;

  private record Attached(TopicFilter filter, Sink sink) {}

  @Override
  public CompletionStage<Void> publish(String client, Message message) {
    return publish(message);
  }

  @Override
  public CompletionStage<Void> publish(Message message) {
    String topic = message.topic().text().substring("$aws/things/".length());
    published.add(topic + " " + new String(message.payloadBytes(), UTF_8).replace('"', '\''));
    send(message);
    if (fails) {
      return CompletableFuture.failedFuture(new IllegalStateException("fails"));
    }
    return stores ? CompletableFuture.completedFuture(null) : new CompletableFuture<>();
  }

  /** Sends a request; null when no sink took it or one had nothing left to do. */
  @Nullable CompletionStage<?> send(Message message) {
    for (Attached each : List.copyOf(attached)) {
      if (each.filter.matches(message.topic(), Profile.THINGSTEAD)) {
        return each.sink.accept(message);
      }
    }
    return null;
  }

  @Override
  public Registration attach(TopicFilter filter, Sink sink) {
    Attached one = new Attached(filter, sink);
    attached.add(one);
    return () -> attached.remove(one);
  }
}
