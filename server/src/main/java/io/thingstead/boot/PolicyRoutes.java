package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.api.ApiResponse;
import io.thingstead.authorize.Policies;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.policy.Lint;
import io.thingstead.model.policy.MalformedPolicyException;
import io.thingstead.model.policy.PolicyDocument;
import io.thingstead.model.policy.Warning;
import io.thingstead.net.Role;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is wrong with policy documents, or hardly meant, for their authors. */
final class PolicyRoutes {
  private static final String PATH = "/_thingstead/policy-check";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);

  private final Tenants tenants;

  PolicyRoutes(Tenants tenants) {
    this.tenants = tenants;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", PATH, this::stored);
    table.administratorRoute(ADMIN, "POST", PATH, this::given);
  }

  /** {@code ?policy=NAME[&version=N]}: the document of a policy, the one in force by default. */
  private ApiResponse stored(Call call) {
    Policies policies = tenants.of(call.account()).policies();
    String name = call.required("policy");
    String version = call.parameter("version");
    return check(
        call.account(),
        version == null
            ? policies.get(name).document()
            : policies.version(name, version).document());
  }

  /** The document is the body; nothing is stored. */
  private ApiResponse given(Call call) {
    return check(call.account(), new String(call.request().body(), StandardCharsets.UTF_8));
  }

  private static ApiResponse check(Account account, String document) {
    ObjectNode answer = RefusalJson.JSON.createObjectNode();
    try {
      PolicyDocument parsed = PolicyDocument.parse(document, account.limits().policies());
      ArrayNode warnings = answer.put("valid", true).putArray("warnings");
      for (Warning each : Lint.of(parsed, account.arn(""))) {
        warnings
            .addObject()
            .put("kind", each.kind().name())
            .put("statement", each.statement())
            .put("text", each.text());
      }
    } catch (MalformedPolicyException e) {
      answer.put("valid", false).put("error", e.text());
      if (e.line() > 0) {
        answer.put("line", e.line()).put("column", e.column());
      }
    }
    return ApiResponse.json(RefusalJson.JSON.writeValueAsBytes(answer));
  }
}
