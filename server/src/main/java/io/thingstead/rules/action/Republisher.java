package io.thingstead.rules.action;

import io.thingstead.account.Account;
import io.thingstead.broker.Message;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Publishing;
import io.thingstead.model.sql.Evaluation;
import io.thingstead.model.sql.Template;
import io.thingstead.model.topic.InvalidTopicException;
import io.thingstead.model.topic.Topic;
import io.thingstead.rules.action.Action.NamedTemplate;
import io.thingstead.rules.action.ActionResult.Done;
import io.thingstead.rules.action.ActionResult.Failed;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The republish action: developer guide, "Republish". */
final class Republisher {
  /** How often a message may be republished in a row, so that rules that feed each other end. */
  static final int HOPS_MAX = 16;

  private static final long ACCEPT_SECONDS_MAX = 30;
  private static final Pattern JOBS_TOPIC = Pattern.compile("\\$+aws/things/[^/]*/jobs(/.*)?");

  private final Account account;
  private final Publishing publishing;
  private final InstantSource clock;

  Republisher(Account account, Publishing publishing, InstantSource clock) {
    this.account = account;
    this.publishing = publishing;
    this.clock = clock;
  }

  static boolean isJobsTopic(String topic) {
    return topic.startsWith("$") && JOBS_TOPIC.matcher(topic).matches();
  }

  /** Publishes and waits. */
  ActionResult run(Action.Republish action, Delivery delivery) throws InterruptedException {
    return switch (prepare(action, delivery)) {
      case Prepared(Message message) -> publish(message);
      case Refused(Failed why) -> why;
    };
  }

  /** Publishes on a client's lane, and does not wait; the stage fails when it could not. */
  CompletionStage<Void> start(String client, Action.Republish action, Delivery delivery) {
    return switch (prepare(action, delivery)) {
      case Prepared(Message message) -> publishing.publish(client, message);
      case Refused(Failed why) ->
          CompletableFuture.failedFuture(new IllegalArgumentException(why.why()));
    };
  }

  private sealed interface Preparation {}

  private record Prepared(Message message) implements Preparation {}

  private record Refused(Failed why) implements Preparation {}

  private Preparation prepare(Action.Republish action, Delivery delivery) {
    String rendered = delivery.evaluation().render(action.topic());
    if (rendered == null) {
      return failed(action.topic().source(), "The topic has an expression without a value.");
    }
    String text = rendered.startsWith("$$") ? rendered.substring(1) : rendered;
    if (rendered.startsWith("$") && !rendered.startsWith("$$")) {
      return failed(rendered, "A reserved topic must be written with $$ in front.");
    }
    if (isJobsTopic(text)) {
      return failed(text, "No rule may publish to the topics of jobs.");
    }
    if (delivery.hops() >= HOPS_MAX) {
      return failed(text, "Rules have republished the message " + HOPS_MAX + " times in a row.");
    }
    try {
      Topic topic = Topic.parse(text, account.limits().topics());
      return new Prepared(message(topic, action, delivery));
    } catch (InvalidTopicException | IllegalArgumentException e) {
      return failed(text, "The message cannot be published: " + e.getMessage() + ".");
    }
  }

  private static Refused failed(String resource, String why) {
    return new Refused(new Failed(resource, why, false));
  }

  private ActionResult publish(Message message) throws InterruptedException {
    String topic = message.topic().text();
    try {
      publishing.publish(message).toCompletableFuture().get(ACCEPT_SECONDS_MAX, TimeUnit.SECONDS);
      return new Done();
    } catch (ExecutionException e) {
      return new Failed(topic, "The broker did not accept it: " + e.getCause(), true);
    } catch (TimeoutException e) {
      return new Failed(topic, "The broker did not accept it in time.", true);
    }
  }

  private Message message(Topic topic, Action.Republish action, Delivery delivery) {
    long now = clock.millis();
    Action.Headers headers = action.headers();
    Origin origin = new Origin(null, null, null, delivery.hops() + 1);
    Message bare = Message.of(topic, delivery.output().bytes(), action.qos(), origin, now);
    if (headers.equals(Action.Headers.NONE)) {
      return bare;
    }
    String expiry = text(headers.messageExpiry(), delivery.evaluation());
    return bare.with(
        properties(headers, delivery.evaluation()),
        expiry == null ? Long.MAX_VALUE : now + expiryMillis(expiry));
  }

  private static long expiryMillis(String seconds) {
    if (!seconds.matches("\\d{1,10}")) {
      throw new IllegalArgumentException("messageExpiry '" + seconds + "' is no number of seconds");
    }
    return TimeUnit.SECONDS.toMillis(Long.parseLong(seconds));
  }

  private static MessageProperties properties(Action.Headers headers, Evaluation evaluation) {
    String format = text(headers.payloadFormatIndicator(), evaluation);
    Boolean utf8 =
        switch (format) {
          case null -> null;
          case "UTF8_DATA" -> Boolean.TRUE;
          case "UNSPECIFIED_BYTES" -> Boolean.FALSE;
          default ->
              throw new IllegalArgumentException(
                  "payloadFormatIndicator '" + format + "' is not UTF8_DATA or UNSPECIFIED_BYTES");
        };
    String correlation = text(headers.correlationData(), evaluation);
    List<UserProperty> user = new ArrayList<>();
    for (NamedTemplate pair : headers.userProperties()) {
      String value = evaluation.render(pair.value());
      user.add(new UserProperty(pair.name(), value == null ? "" : value));
    }
    return new MessageProperties(
        utf8,
        text(headers.contentType(), evaluation),
        text(headers.responseTopic(), evaluation),
        correlation == null ? null : Base64.getDecoder().decode(correlation),
        List.copyOf(user));
  }

  /** The header's text, or null when there is none or it is empty. */
  private static @Nullable String text(@Nullable Template template, Evaluation evaluation) {
    String text = template == null ? null : evaluation.render(template);
    return text == null || text.isEmpty() ? null : text;
  }
}
