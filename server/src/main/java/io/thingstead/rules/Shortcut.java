package io.thingstead.rules;

import io.thingstead.account.Account;
import io.thingstead.broker.Message;
import io.thingstead.broker.MessageProperties;
import io.thingstead.model.sql.Evaluation;
import io.thingstead.model.sql.Input;
import io.thingstead.model.sql.Outcome;
import io.thingstead.rules.action.Action;
import io.thingstead.rules.action.Actions;
import io.thingstead.rules.action.Delivery;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs a rule that only republishes, and whose SQL is quick, where its message came in: on the
 * publisher's lane and at once. Nothing has to be kept, since the publisher is not acknowledged
 * before the action is done, that is, before the new message is as safe as one that a client has
 * published.
 */
final class Shortcut {
  /** Larger payloads would take the loop's time. */
  static final int PAYLOAD_BYTES_MAX = 8 * 1024;

  private final Account account;
  private final Actions actions;
  private final RandomGenerator random;

  Shortcut(Account account, Actions actions, RandomGenerator random) {
    this.account = account;
    this.actions = actions;
    this.random = random;
  }

  boolean fits(Rule rule, byte[] payload) {
    return rule.shortcut() != null && payload.length <= PAYLOAD_BYTES_MAX;
  }

  /**
   * Evaluates a message and publishes the result; for the event loop that calls the sink.
   *
   * @return null when there is nothing to publish; else fails when the long way must be tried
   */
  @Nullable CompletionStage<Void> start(Rule rule, String topic, Message message, byte[] payload) {
    Action.Republish action = rule.shortcut();
    Evaluation evaluation = rule.statement().open(input(topic, message, payload));
    Outcome.Output output = rule.output(evaluation, topic);
    if (output == null || action == null) {
      return null;
    }
    String clientId = message.origin().clientId();
    try {
      return actions.startRepublish(
          clientId == null ? message.topic().text() : clientId,
          action,
          new Delivery(rule.name(), evaluation, output, message.origin().hops()));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  // Without what no quick expression asks for: address and trace id.
  private Input input(String topic, Message message, byte[] payload) {
    return new Input(
        account.id().digits(),
        topic,
        payload,
        message.origin().clientId(),
        message.origin().principalId(),
        null,
        null,
        properties(message.properties()),
        message.acceptedAtMillis(),
        random);
  }

  private static Input.Properties properties(MessageProperties properties) {
    return properties.equals(MessageProperties.NONE)
        ? Input.Properties.NONE
        : new Input.Properties(
            properties.utf8(),
            properties.contentType(),
            properties.responseTopic(),
            properties.correlationData(),
            properties.userProperties().stream()
                .map(pair -> new Input.Properties.User(pair.name(), pair.value()))
                .toList());
  }
}
