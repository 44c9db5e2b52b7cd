package io.thingstead.boot;

import io.thingstead.api.ApiResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.net.Role;
import io.thingstead.presence.ClientDescription;
import io.thingstead.presence.KnownClients;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Lists the clients of the caller's account: what the public API has no operation for. */
final class ClientRoutes {
  private static final String PATH = "/_thingstead/clients";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int PAGE = 100;
  private static final int PAGE_MAX = 1000;

  private final Tenants tenants;

  ClientRoutes(Tenants tenants) {
    this.tenants = tenants;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", PATH, this::list);
  }

  /** {@code ?prefix=P&connected=true&after=ID&limit=N}, in the order of the client ids. */
  private ApiResponse list(Call call) {
    String prefix = call.parameter("prefix");
    boolean connected = Boolean.parseBoolean(call.parameter("connected"));
    int limit = (int) call.number("limit", PAGE, 1, PAGE_MAX, "a number from 1 to " + PAGE_MAX);
    KnownClients known = tenants.of(call.account()).presence().known();
    List<String> ids =
        known.clientIds(
            prefix == null ? "" : prefix, connected, call.parameter("after"), limit + 1);
    List<String> page = ids.subList(0, Math.min(limit, ids.size()));
    ObjectNode answer = JSON.createObjectNode();
    var clients = answer.putArray("clients");
    known.describe(page).join().forEach(each -> clients.add(json(each)));
    if (ids.size() > limit) {
      answer.put("next", page.getLast());
    }
    return ApiResponse.json(JSON.writeValueAsBytes(answer));
  }

  private static ObjectNode json(ClientDescription client) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("clientId", client.clientId())
            .put("connected", client.connected());
    ClientDescription.Connection connection = client.connection();
    if (connection != null) {
      json.put("principal", connection.principalId())
          .put("thingName", connection.thingName())
          .put("sourceIp", ClientDescription.text(connection.remote()))
          .put("sourcePort", connection.remote().getPort())
          .put("connectedSince", connection.sinceMillis());
    }
    if (!client.connected()) {
      json.put("disconnectedSince", client.disconnectedSinceMillis());
      if (client.disconnectReason() != null) {
        json.put("disconnectReason", client.disconnectReason().name());
      }
    }
    json.put("cleanSession", client.cleanSession());
    ClientDescription.Session session = client.session();
    if (session != null) {
      json.put("sessionExpiry", session.expirySeconds())
          .put("subscriptions", session.subscriptions())
          .put("queued", session.queued())
          .put("dropped", session.dropped());
    }
    return json;
  }
}
