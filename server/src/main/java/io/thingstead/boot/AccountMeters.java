package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Counters;
import io.thingstead.function.Functions;
import io.thingstead.metrics.Metrics;
import io.thingstead.operation.Features;
import io.thingstead.provision.Provisioning;
import io.thingstead.rules.RuleStats;
import io.thingstead.rules.Rules;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The meters of one account, told apart by the label {@code account}. */
final class AccountMeters {
  private final Metrics meters;
  private final String[] account;

  AccountMeters(Metrics meters, Account account) {
    this.meters = meters;
    this.account = new String[] {"account", account.id().digits()};
  }

  void bind(Features features) {
    broker(features.broker());
    counters(features.broker().counters());
    broker(
        "events.lost",
        "Life-cycle events that a queue or rule which must keep them could not",
        features.presence().lostEvents());
    rules(features.rules());
    provisioning(features.provisioning().counts());
    functions(features.functions());
    meters.counter(
        "thingstead.audit.lost",
        "Changes and refusals that were not written down in the audit log",
        features.audit().lost()::sum,
        account);
  }

  private void provisioning(Provisioning.Counts counts) {
    provisioned("fleet", "Devices provisioned that asked for it", counts.fleet());
    provisioned("rejected", "Requests of devices that were rejected", counts.fleetRejected());
    provisioned("just.in.time", "Devices provisioned as they came", counts.justInTime());
    provisioned(
        "just.in.time.failed",
        "Devices that could not be provisioned as they came",
        counts.justInTimeFailed());
  }

  private void provisioned(String name, String meaning, LongAdder count) {
    meters.counter("thingstead.provision." + name, meaning, count::sum, account);
  }

  private void broker(Broker broker) {
    gauge("broker.connections", "Clients that are connected", broker.clients()::online);
    gauge(
        "broker.subscriptions",
        "Subscriptions of all sessions",
        broker.clients().subscriptions()::count);
    gauge("broker.queued", "Messages in durable queues", broker::queuedMessages);
    gauge("broker.queued.bytes", "Bytes in durable queues", broker::queuedBytes);
    gauge("broker.retained", "Retained messages", broker::retainedCount);
  }

  private void counters(Counters counters) {
    broker("connected", "Clients that were connected", counters.connected);
    broker("bytes.in", "Bytes from connected clients", counters.bytesIn);
    broker("bytes.out", "Bytes to connected clients", counters.bytesOut);
    broker("published", "Messages that clients and the server published", counters.published);
    broker("delivered", "Messages sent to clients", counters.delivered);
    broker("dropped", "QoS 0 deliveries dropped for slow receivers", counters.dropped);
    broker("overflowed", "Messages refused for want of room", counters.overflowed);
    broker("expired", "Messages that expired before delivery", counters.messagesExpired);
    broker("sessions.expired", "Sessions that nobody came back to", counters.expired);
    broker("congested", "Messages refused or dropped between busy threads", counters.congested);
    broker("not.receivable", "Deliveries that iot:Receive denied", counters.notReceivable);
    broker("too.slow", "Clients closed because they did not take messages", counters.tooSlow);
    broker("unfinished", "Clients closed in the midst of a packet", counters.unfinished);
    broker("too.large", "Deliveries beyond the client's packet size", counters.tooLarge);
    counters.onFirstExceeded(
        (limit, count) ->
            meters.counter(
                "thingstead.limit.exceeded",
                "What was refused because it exceeded a limit",
                count::sum,
                account[0],
                account[1],
                "limit",
                limit));
  }

  private void broker(String name, String meaning, LongAdder count) {
    meters.counter("thingstead.broker." + name, meaning, count::sum, account);
  }

  private void rules(Rules rules) {
    gauge("rules.pending", "Messages that rules work on", rules::pending);
    rules("matched", "Messages on topics of rules", rules, RuleStats::matched);
    rules("failures", "Evaluations that failed", rules, RuleStats::failures);
    rules("dropped", "Messages refused because too many wait", rules, RuleStats::dropped);
    rules("actions.done", "Runs of actions that succeeded", rules, RuleStats::actionsDone);
    rules("actions.failed", "Runs of actions that failed", rules, RuleStats::actionsFailed);
    rules(
        "error.actions.done",
        "Runs of error actions that succeeded",
        rules,
        RuleStats::errorActionsDone);
    rules(
        "error.actions.failed",
        "Runs of error actions that failed",
        rules,
        RuleStats::errorActionsFailed);
  }

  private void rules(
      String name, String meaning, Rules rules, Function<RuleStats, LongAdder> count) {
    meters.counter("thingstead.rules." + name, meaning, () -> rules.total(count), account);
  }

  private void functions(Functions functions) {
    gauge("functions.processes", "Processes of functions", functions::processes);
    gauge("functions.pending", "Asynchronous calls that are not done", functions::pending);
    functions("runs", "Calls of functions", functions.runs());
    functions("failures", "Calls that the function did not answer", functions.failures());
    functions("throttled", "Calls refused because too many went on", functions.throttled());
  }

  private void functions(String name, String meaning, LongAdder count) {
    meters.counter("thingstead.functions." + name, meaning, count::sum, account);
  }

  private void gauge(String name, String meaning, LongSupplier value) {
    meters.gauge("thingstead." + name, meaning, value, account);
  }
}
