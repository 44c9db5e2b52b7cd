package io.thingstead.boot;

import io.thingstead.api.ApiResponse;
import io.thingstead.api.Headers;
import io.thingstead.event.Refusal;
import io.thingstead.event.RefusalLog;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import java.util.List;
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
    long since = number(call.request().parameters().getOrDefault("since", List.of()));
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
    return new ApiResponse(
        200,
        new Headers().add("Content-Type", "application/json"),
        RefusalJson.JSON.writeValueAsBytes(answer));
  }

  private static long number(List<String> values) {
    try {
      return values.isEmpty() ? 0 : Long.parseLong(values.getFirst());
    } catch (NumberFormatException e) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "since is the number of a refusal, not " + values.getFirst());
    }
  }
}
