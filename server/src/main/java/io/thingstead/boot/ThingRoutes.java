package io.thingstead.boot;

import io.thingstead.api.ApiResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.net.Role;
import io.thingstead.registry.Thing;
import io.thingstead.registry.ThingFilter;
import io.thingstead.registry.Things;
import io.thingstead.row.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Finds things of the caller's account by a part of their names, which ListThings cannot. */
final class ThingRoutes {
  private static final String PATH = "/_thingstead/things";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int PAGE = 50;
  private static final int PAGE_MAX = 250;

  /** Parts of the listing that one call looks at: some 10,000 things each. */
  private static final int PARTS_MAX = 10;

  private final Tenants tenants;

  ThingRoutes(Tenants tenants) {
    this.tenants = tenants;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", PATH, this::list);
  }

  /**
   * {@code ?part=P&attribute=A&value=V&prefix=true&type=T&limit=N&token=NEXT}, in the order of
   * names. A page may hold fewer than asked for, or none, and still have a next one.
   */
  private ApiResponse list(Call call) {
    ThingFilter filter =
        new ThingFilter(
            filled(call, "attribute"),
            filled(call, "value"),
            Boolean.parseBoolean(filled(call, "prefix")),
            filled(call, "type"),
            filled(call, "part"));
    int limit = (int) call.number("limit", PAGE, 1, PAGE_MAX, "a number from 1 to " + PAGE_MAX);
    Things things = tenants.of(call.account()).things();
    List<Thing> found = new ArrayList<>();
    String token = filled(call, "token");
    for (int part = 0; part < PARTS_MAX && found.size() < limit; part++) {
      Page<Thing> page = things.list(filter, limit - found.size(), token);
      found.addAll(page.items());
      token = page.next();
      if (token == null) {
        break;
      }
    }
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode list = answer.putArray("things");
    found.forEach(each -> list.add(json(each)));
    if (token != null) {
      answer.put("next", token);
    }
    return ApiResponse.json(JSON.writeValueAsBytes(answer));
  }

  private static ObjectNode json(Thing thing) {
    ObjectNode json =
        JSON.createObjectNode().put("thingName", thing.name()).put("version", thing.version());
    if (thing.typeName() != null) {
      json.put("thingTypeName", thing.typeName());
    }
    ObjectNode attributes = json.putObject("attributes");
    thing.attributes().forEach(attributes::put);
    return json;
  }

  /** One that is there but empty says nothing. */
  private static @Nullable String filled(Call call, String name) {
    String value = call.parameter(name);
    return value == null || value.isEmpty() ? null : value;
  }
}
