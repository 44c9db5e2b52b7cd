package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.api.ApiRequest;
import io.thingstead.api.ApiResponse;
import io.thingstead.api.Headers;
import io.thingstead.authorize.Why;
import io.thingstead.event.Refusal;
import io.thingstead.event.RefusalLog;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.metrics.Metrics;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import io.thingstead.operation.Features;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The paths that are no operation of a service: health, metrics, explanations. */
final class OwnRoutes {
  private static final System.Logger LOG = System.getLogger(OwnRoutes.class.getName());
  private static final String CONFIRM = "/confirmdestination/";
  private static final Pattern TOKEN = Pattern.compile("[0-9a-zA-Z-]{16,128}");
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final Set<Role> ANY = Set.of(Role.values());

  private final Tenants tenants;
  private final Metrics meters;
  private final RefusalLog refusals;
  private final BooleanSupplier ready;

  OwnRoutes(Tenants tenants, Metrics meters, RefusalLog refusals, BooleanSupplier ready) {
    this.tenants = tenants;
    this.refusals = refusals;
    this.meters = meters;
    this.ready = ready;
  }

  void bind(OperationTable table) {
    table.route(ANY, "GET", "/healthz", _ -> text(200, "ok\n"));
    table.route(
        ANY,
        "GET",
        "/readyz",
        _ -> ready.getAsBoolean() ? text(200, "ready\n") : text(503, "not ready\n"));
    table.routeBelow(ADMIN, "GET", CONFIRM, this::confirm);
    table.administratorRoute(ADMIN, "GET", "/metrics", _ -> text(200, meters.scrape()));
    table.administratorRoute(ADMIN, "GET", "/_thingstead/why", this::why);
  }

  /** Lets administrators empty the server; it answers before it does so. */
  void bindReset(OperationTable table, Runnable reset) {
    table.administratorRoute(
        ADMIN,
        "POST",
        "/_thingstead/reset",
        _ -> {
          reset.run();
          return text(202, "emptying the server: wait for /readyz\n");
        });
  }

  /** The link that a rule's HTTP destination gets: whoever has its token may follow it. */
  private ApiResponse confirm(ApiRequest request) {
    String token = request.path().substring(CONFIRM.length());
    if (TOKEN.matcher(token).matches()) {
      for (Features each : tenants.all()) {
        try {
          each.rules().destinations().confirm(token);
          return text(200, "confirmed\n");
        } catch (ApiException e) {
          LOG.log(System.Logger.Level.DEBUG, "not of account {0}: {1}", each.account().id(), e);
        }
      }
    }
    throw new ApiException(AwsError.UNAUTHORIZED, "the confirmation token is unknown or too old");
  }

  /**
   * {@code ?client=C&action=A&topic=R[&certificate=ID][&persistent=true][&will=T][&output=json]}:
   * the decision, for people, and in JSON for programs as well.
   */
  private ApiResponse why(Call call) {
    Why why = tenants.of(call.account()).why();
    Why.Question question = question(call, call.parameter("certificate"));
    List<Why.Explained> decisions = why.decisions(question);
    String last = lastRefused(call.account(), question.clientId());
    if (decisions.isEmpty() && last != null) {
      question = question(call, last);
      decisions = why.decisions(question);
    }
    String words = Why.words(question, decisions);
    if (!"json".equals(call.parameter("output"))) {
      return text(200, words + "\n");
    }
    ObjectNode answer = RefusalJson.JSON.createObjectNode().put("explanation", words);
    ArrayNode list = answer.putArray("decisions");
    for (Why.Explained each : decisions) {
      ObjectNode one = list.addObject().put("principal", each.principal());
      RulingJson.write(each.ruling(), one.putObject("ruling"));
    }
    return ApiResponse.json(RefusalJson.JSON.writeValueAsBytes(answer));
  }

  private static Why.Question question(Call call, @Nullable String principal) {
    String action = call.required("action");
    return new Why.Question(
        call.required("client"),
        principal,
        action,
        action.equals("connect") ? "" : call.required("topic"),
        "true".equals(call.parameter("persistent")),
        call.parameter("will"));
  }

  /** Who was refused last under a client id: a certificate's id, or an anonymous one's name. */
  private @Nullable String lastRefused(Account account, String client) {
    return refusals.recent(account).reversed().stream()
        .filter(each -> each.client().equals(client) && each.ruling() != null)
        .map(Refusal::principal)
        .filter(principal -> !principal.isEmpty())
        .findFirst()
        .orElse(null);
  }

  private static ApiResponse text(int status, String text) {
    return new ApiResponse(
        status,
        new Headers().add("Content-Type", "text/plain; charset=utf-8"),
        text.getBytes(StandardCharsets.UTF_8));
  }
}
