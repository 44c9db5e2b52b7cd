package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.api.ApiResponse;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Message;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Qos;
import io.thingstead.event.Warning;
import io.thingstead.event.WarningLog;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.metrics.Metrics;
import io.thingstead.model.topic.ReservedTopics;
import io.thingstead.model.topic.Topic;
import io.thingstead.net.Role;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The warnings of an account for its administrators: the latest as {@code GET
 * /_thingstead/warnings}, each as it comes on {@code $thingstead/warning/KIND}, their number in the
 * metrics.
 */
final class WarningRoutes {
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final WarningLog log;
  private final Tenants tenants;

  WarningRoutes(WarningLog log, Tenants tenants) {
    this.log = log;
    this.tenants = tenants;
  }

  void attach(Metrics meters) {
    log.onWarning(this::publish);
    log.onCounted(
        (account, kind, count) ->
            meters.counter(
                "thingstead.warnings",
                "What administrators should look at",
                count::sum,
                "account",
                account.id().digits(),
                "kind",
                kind.wireName()));
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", "/_thingstead/warnings", this::recent);
  }

  private ApiResponse recent(Call call) {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode warnings = answer.putArray("warnings");
    log.recent(call.account()).forEach(each -> warnings.add(json(each)));
    return ApiResponse.json(JSON.writeValueAsBytes(answer));
  }

  private static ObjectNode json(Warning warning) {
    return JSON.createObjectNode()
        .put("number", warning.number())
        .put("time", warning.at().toString())
        .put("kind", warning.kind().wireName())
        .put("resource", warning.resource())
        .put("text", warning.text());
  }

  private void publish(Account account, Warning warning) {
    Broker broker = tenants.of(account).broker();
    String topic = ReservedTopics.WARNING + warning.kind().wireName();
    if (broker.heard(topic)) {
      var _ =
          broker.publish(
              Message.of(
                  new Topic(topic),
                  JSON.writeValueAsBytes(json(warning)),
                  Qos.AT_MOST_ONCE,
                  Origin.SERVER,
                  warning.at().toEpochMilli()));
    }
  }
}
