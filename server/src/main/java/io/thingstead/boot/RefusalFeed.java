package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Message;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Qos;
import io.thingstead.event.Refusal;
import io.thingstead.event.RefusalLog;
import io.thingstead.metrics.Metrics;
import io.thingstead.model.topic.ReservedTopics;
import io.thingstead.model.topic.Topic;

/**
 * Publishes an account's refusals under {@code $thingstead/refused/ACTION}, where administrators
 * may subscribe, and binds their counters. It tells what the log tells, so many a second, so that a
 * client that is refused again and again does not multiply what it causes.
 */
final class RefusalFeed {
  private final Tenants tenants;
  private final Metrics meters;

  RefusalFeed(Tenants tenants, Metrics meters) {
    this.tenants = tenants;
    this.meters = meters;
  }

  void attachTo(RefusalLog log) {
    log.onRefusal(this::publish);
    log.onCounted(
        (account, action, count) ->
            meters.counter(
                "thingstead.refusals",
                "What was refused to callers",
                count::sum,
                "account",
                account.id().digits(),
                "action",
                action));
  }

  private void publish(Account account, Refusal refusal) {
    Broker broker = tenants.of(account).broker();
    String topic = ReservedTopics.REFUSED + refusal.action();
    if (broker.heard(topic)) {
      var _ =
          broker.publish(
              Message.of(
                  new Topic(topic),
                  RefusalJson.JSON.writeValueAsBytes(RefusalJson.of(refusal)),
                  Qos.AT_MOST_ONCE,
                  Origin.SERVER,
                  refusal.at().toEpochMilli()));
    }
  }
}
