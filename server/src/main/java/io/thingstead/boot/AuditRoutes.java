package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.api.ApiResponse;
import io.thingstead.audit.AuditEntry;
import io.thingstead.audit.AuditLog;
import io.thingstead.audit.Deed;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import io.thingstead.row.Page;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What was changed in an account, and to whom a change was refused, for its administrators. */
final class AuditRoutes {
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Function<Account, AuditLog> logs;

  AuditRoutes(Function<Account, AuditLog> logs) {
    this.logs = logs;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", "/_thingstead/audit", this::list);
  }

  /** {@code ?refused=true|credentials=true&maxResults=N&nextToken=T}: the latest first. */
  private ApiResponse list(Call call) {
    AuditLog.Kind kind =
        "true".equals(call.parameter("refused"))
            ? AuditLog.Kind.REFUSAL
            : "true".equals(call.parameter("credentials"))
                ? AuditLog.Kind.CREDENTIALS
                : AuditLog.Kind.CHANGE;
    Page<AuditEntry> page =
        logs.apply(call.account())
            .list(kind, AuditLog.PAGE.of(number(call)), call.parameter("nextToken"));
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode entries = answer.putArray("entries");
    page.items().forEach(each -> entries.add(json(each)));
    if (page.next() != null) {
      answer.put("nextToken", page.next());
    }
    return ApiResponse.json(JSON.writeValueAsBytes(answer));
  }

  private static ObjectNode json(AuditEntry entry) {
    Deed deed = entry.deed();
    ObjectNode json =
        JSON.createObjectNode()
            .put("number", entry.number())
            .put("time", entry.at().toString())
            .put("operation", deed.operation())
            .put("decision", deed.decision())
            .put("principal", deed.principal())
            .put("identity", deed.identity())
            .put("from", deed.from())
            .put("requestId", deed.requestId());
    if (!deed.why().isEmpty()) {
      json.put("why", deed.why());
    }
    ObjectNode about = json.putObject("about");
    deed.about().forEach(about::put);
    return json;
  }

  private static @Nullable Integer number(Call call) {
    String text = call.parameter("maxResults");
    try {
      return text == null ? null : Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new ApiException(AwsError.INVALID_REQUEST, "maxResults is a number, not " + text);
    }
  }
}
