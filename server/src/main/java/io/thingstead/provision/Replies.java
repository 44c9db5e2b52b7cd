package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.broker.Broker;
import io.thingstead.broker.DirectOutcome;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;
import io.thingstead.broker.Remote;
import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import java.util.List;
import java.util.Map;

/**
 * Answers devices: the one that asked, if it subscribes to the topic of the answer and may receive
 * on it, and nobody else, for an answer may hold a private key.
 */
final class Replies {
  private static final System.Logger LOG = System.getLogger(Replies.class.getName());
  private static final int CONFIRM_SECONDS = 10;

  private final Account account;
  private final Remote remote;

  Replies(Account account, Broker broker) {
    this.account = account;
    this.remote = broker.remote();
  }

  /** Answers, without waiting for the device. */
  void send(FleetRequest request, boolean accepted, Map<String, ?> answer) {
    Topic topic = request.answer(accepted);
    byte[] payload = request.format().write(answer);
    var _ =
        remote
            .subscriptions(request.clientId())
            .thenAccept(held -> send(request, topic, payload, held.orElse(List.of())));
  }

  private void send(
      FleetRequest request, Topic topic, byte[] payload, List<Remote.Held> subscriptions) {
    Qos qos =
        subscriptions.stream()
            .filter(held -> !held.filter().startsWith("$share/"))
            .filter(held -> new TopicFilter(held.filter()).matches(topic, account.profile()))
            .map(Remote.Held::qos)
            .max(Qos::compareTo)
            .orElse(null);
    if (qos == null) {
      unheard(request, topic, "it does not subscribe to it");
      return;
    }
    int confirm = qos == Qos.AT_MOST_ONCE ? 0 : CONFIRM_SECONDS;
    var _ =
        remote
            .send(request.clientId(), topic, payload, MessageProperties.NONE, confirm)
            .thenAccept(
                outcome -> {
                  if (outcome == DirectOutcome.FORBIDDEN) {
                    unheard(request, topic, "its policies do not let it receive there");
                  } else if (outcome != DirectOutcome.DONE
                      && outcome != DirectOutcome.UNCONFIRMED) {
                    // Unconfirmed: it has what it wanted and left at once, as devices do.
                    unheard(request, topic, outcome.toString());
                  }
                });
  }

  private void unheard(FleetRequest request, Topic topic, String why) {
    LOG.log(
        System.Logger.Level.INFO,
        "client {0} of account {1} did not get its answer on {2}: {3}",
        request.clientId(),
        account.id(),
        topic.text(),
        why);
  }
}
