package io.thingstead.boot;

import io.thingstead.api.ApiResponse;
import io.thingstead.event.Refusal;
import io.thingstead.event.RefusalLog;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.net.Role;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The latest refusals of an account, for its administrators. */
final class RefusalRoutes {
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);

  private final RefusalLog log;

  RefusalRoutes(RefusalLog log) {
    this.log = log;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", "/_thingstead/refusals", this::since);
  }

  /**
   * {@code ?since=NUMBER}: those behind it that are still known, oldest first, and in {@code next}
   * what to ask for next time.
   */
  private ApiResponse since(Call call) {
    long since = call.number("since", 0, 0, Long.MAX_VALUE, "the number of a refusal");
    ObjectNode answer = RefusalJson.JSON.createObjectNode();
    ArrayNode refusals = answer.putArray("refusals");
    for (Refusal each : log.recent(call.account())) {
      if (each.number() > since) {
        refusals.add(RefusalJson.of(each));
        answer.put("next", each.number());
      }
    }
    if (refusals.isEmpty()) {
      answer.put("next", since);
    }
    return ApiResponse.json(RefusalJson.JSON.writeValueAsBytes(answer));
  }
}
