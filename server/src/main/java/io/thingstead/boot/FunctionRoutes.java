package io.thingstead.boot;

import io.thingstead.api.ApiResponse;
import io.thingstead.api.Headers;
import io.thingstead.function.FunctionLog;
import io.thingstead.function.Functions;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.net.Role;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What functions have written lately, and their archives, for the account's administrators. */
final class FunctionRoutes {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);

  private final Tenants tenants;

  FunctionRoutes(Tenants tenants) {
    this.tenants = tenants;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", "/_thingstead/functions/log", this::log);
    table.administratorRoute(ADMIN, "GET", "/_thingstead/functions/code", this::code);
  }

  private Functions functions(Call call) {
    return tenants.of(call.account()).functions();
  }

  /**
   * {@code ?name=FUNCTION&since=NUMBER}: the lines behind that are still known, oldest first, and
   * in {@code next} what to ask for next time.
   */
  private ApiResponse log(Call call) {
    long since = call.number("since", 0, 0, Long.MAX_VALUE, "the number of a line");
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode lines = answer.putArray("lines");
    answer.put("next", since);
    for (FunctionLog.Line each : functions(call).log(call.required("name")).since(since)) {
      lines.addObject().put("timestamp", each.millis()).put("message", each.text());
      answer.put("next", each.number());
    }
    return ApiResponse.json(JSON.writeValueAsBytes(answer));
  }

  /** {@code ?name=FUNCTION}: the ZIP archive as it was sent. */
  private ApiResponse code(Call call) {
    return new ApiResponse(
        200,
        new Headers().add("Content-Type", "application/zip"),
        functions(call).store().code(call.required("name")));
  }
}
