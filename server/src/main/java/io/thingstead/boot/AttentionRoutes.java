package io.thingstead.boot;

import io.thingstead.account.Accounts;
import io.thingstead.api.ApiResponse;
import io.thingstead.broker.Broker;
import io.thingstead.engine.Engine;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.identity.Expiry;
import io.thingstead.model.Limits;
import io.thingstead.net.Role;
import io.thingstead.operation.Features;
import java.time.Instant;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What of an account's state its administrators should look at; of the server's, those of the first
 * account.
 */
final class AttentionRoutes {
  private static final String PATH = "/_thingstead/attention";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int WAITING_MAX = 1000;
  private static final int ENDING_MAX = 20;
  private static final int RULES_MAX = 5;

  /** A quota is told of from this part of it on, in percent. */
  private static final int NEAR = 80;

  private final Tenants tenants;
  private final Accounts accounts;
  private final Engine engine;
  private final long freeBytesHigh;
  private final Supplier<Instant> certificateEnds;

  /**
   * @param freeBytesHigh with less free bytes than that the store may refuse changes
   * @param certificateEnds when the server's certificate ends
   */
  AttentionRoutes(
      Tenants tenants,
      Accounts accounts,
      Engine engine,
      long freeBytesHigh,
      Supplier<Instant> certificateEnds) {
    this.tenants = tenants;
    this.accounts = accounts;
    this.engine = engine;
    this.freeBytesHigh = freeBytesHigh;
    this.certificateEnds = certificateEnds;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", PATH, this::show);
  }

  private ApiResponse show(Call call) {
    Features features = tenants.of(call.account());
    ObjectNode answer =
        JSON.createObjectNode()
            .put("certificatesWaiting", features.certificates().waiting(WAITING_MAX))
            .put("takesChanges", engine.accepting());
    ArrayNode ending = answer.putArray("ending");
    for (Expiry.Ending each : features.certificates().expiry().ending(ENDING_MAX)) {
      ending
          .addObject()
          .put("id", each.id())
          .put("authority", each.ca())
          .put("end", each.end().toString());
    }
    ArrayNode rules = answer.putArray("failingRules");
    features.rules().failing(RULES_MAX).forEach(rules::add);
    quotas(features, call.account().limits(), answer.putArray("quotas"));
    if (call.account().id().equals(accounts.first().id())) {
      answer
          .putObject("server")
          .put("freeBytes", engine.freeBytes())
          .put("freeBytesHigh", freeBytesHigh)
          .put("certificateEnds", certificateEnds.get().toString());
    }
    return ApiResponse.json(JSON.writeValueAsBytes(answer));
  }

  private static void quotas(Features features, Limits limits, ArrayNode to) {
    Broker broker = features.broker();
    Limits.Queues queues = limits.sessions().queues();
    near("connect.connections", broker.clients().online(), limits.connect().connections(), to);
    near(
        "subscriptions.perAccount",
        broker.clients().subscriptions().count(),
        limits.subscriptions().perAccount(),
        to);
    near("retained.messages", broker.retainedCount(), limits.retained().messages(), to);
    near("sessions.queues.accountMessages", broker.queuedMessages(), queues.accountMessages(), to);
    near("sessions.queues.accountBytes", broker.queuedBytes(), queues.accountBytes(), to);
    near("rules.pending", features.rules().pending(), limits.rules().pending(), to);
  }

  private static void near(String quota, long used, long most, ArrayNode to) {
    if (most < Limits.UNLIMITED && used >= most / 100.0 * NEAR) {
      to.addObject().put("quota", quota).put("used", used).put("value", most);
    }
  }
}
