package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.Empty;
import io.thingstead.api.iot.ConfirmTopicRuleDestinationResponse;
import io.thingstead.api.iot.CreateTopicRuleDestinationResponse;
import io.thingstead.api.iot.DeleteTopicRuleDestinationResponse;
import io.thingstead.api.iot.GetTopicRuleDestinationResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.UpdateTopicRuleDestinationResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.rules.Destinations;
import io.thingstead.rules.Rules;
import java.util.function.Function;

/** Rules and the destinations they post to. */
final class RuleOperations {
  private final Function<Account, Features> features;

  RuleOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Rules rules(Call call) {
    return features.apply(call.account()).rules();
  }

  private Destinations destinations(Call call) {
    return rules(call).destinations();
  }

  void bind(OperationTable table) {
    table.on(
        Iot.CREATE_TOPIC_RULE,
        (call, in) -> {
          rules(call).create(in);
          return Empty.EMPTY;
        });
    table.on(
        Iot.REPLACE_TOPIC_RULE,
        (call, in) -> {
          rules(call).replace(in);
          return Empty.EMPTY;
        });
    table.on(
        Iot.DELETE_TOPIC_RULE,
        (call, in) -> {
          rules(call).delete(in.ruleName());
          return Empty.EMPTY;
        });
    table.on(
        Iot.ENABLE_TOPIC_RULE,
        (call, in) -> {
          rules(call).enable(in.ruleName());
          return Empty.EMPTY;
        });
    table.on(
        Iot.DISABLE_TOPIC_RULE,
        (call, in) -> {
          rules(call).disable(in.ruleName());
          return Empty.EMPTY;
        });
    table.on(Iot.GET_TOPIC_RULE, (call, in) -> rules(call).get(in.ruleName()));
    table.on(Iot.LIST_TOPIC_RULES, (call, in) -> rules(call).list(in));
    bindDestinations(table);
  }

  private void bindDestinations(OperationTable table) {
    table.on(
        Iot.CREATE_TOPIC_RULE_DESTINATION,
        (call, in) -> new CreateTopicRuleDestinationResponse(destinations(call).create(in)));
    table.on(
        Iot.GET_TOPIC_RULE_DESTINATION,
        (call, in) -> new GetTopicRuleDestinationResponse(destinations(call).get(in.arn())));
    table.on(
        Iot.LIST_TOPIC_RULE_DESTINATIONS,
        (call, in) -> destinations(call).list(in.maxResults(), in.nextToken()));
    table.on(
        Iot.UPDATE_TOPIC_RULE_DESTINATION,
        (call, in) -> {
          destinations(call).update(in.arn(), in.status());
          return new UpdateTopicRuleDestinationResponse();
        });
    table.on(
        Iot.DELETE_TOPIC_RULE_DESTINATION,
        (call, in) -> {
          destinations(call).delete(in.arn());
          return new DeleteTopicRuleDestinationResponse();
        });
    table.on(
        Iot.CONFIRM_TOPIC_RULE_DESTINATION,
        (call, in) -> {
          destinations(call).confirm(in.confirmationToken());
          return new ConfirmTopicRuleDestinationResponse();
        });
  }
}
