package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.account.Accounts;
import io.thingstead.api.ApiResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;
import io.thingstead.net.Role;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Shows an account's quotas to its administrators, and lets those of the first account see and set
 * them for every account.
 */
final class LimitRoutes {
  private static final String PATH = "/_thingstead/limits";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Accounts accounts;

  LimitRoutes(Accounts accounts) {
    this.accounts = accounts;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", PATH, this::show);
    table.administratorRoute(ADMIN, "POST", PATH, this::set);
  }

  private ApiResponse show(Call call) {
    String named = call.parameter("account");
    return answer(account(call, named == null ? "" : named));
  }

  /** {@code {"accountId": ID, "quotas": {NAME: NUMBER, NAME: "unlimited", NAME: null}}}. */
  private ApiResponse set(Call call) {
    JsonNode wanted;
    try {
      wanted = JSON.readTree(call.request().body());
    } catch (JacksonException e) {
      throw invalid("the body is not JSON");
    }
    Account account = account(call, wanted.path("accountId").asString(""));
    if (!call.account().id().equals(accounts.first().id())) {
      throw new ApiException(
          AwsError.ACCESS_DENIED,
          "quotas are set by administrators of account " + accounts.first().id());
    }
    Map<String, Long> all = new HashMap<>(account.quotas().set());
    for (Map.Entry<String, JsonNode> each : wanted.path("quotas").properties()) {
      JsonNode value = each.getValue();
      if (value.isNull()) {
        all.remove(each.getKey());
      } else if (value.isIntegralNumber() && value.canConvertToLong()) {
        all.put(each.getKey(), value.asLong());
      } else if ("unlimited".equals(value.asString(""))) {
        all.put(each.getKey(), (long) Limits.UNLIMITED);
      } else {
        throw invalid(each.getKey() + " is a whole number, \"unlimited\" or null for the default");
      }
    }
    try {
      Quotas quotas = Quotas.of(all);
      requireExpiry(quotas.limits(account.profile()).sessions());
      return answer(accounts.limit(account.id(), quotas));
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static void requireExpiry(Limits.Sessions sessions) {
    if (sessions.expiry().compareTo(sessions.expiryMax()) > 0) {
      throw invalid(
          "sessions.expiry is %d s, more than the %d s of sessions.expiryMax: raise that too"
              .formatted(sessions.expiry().toSeconds(), sessions.expiryMax().toSeconds()));
    }
  }

  private Account account(Call call, String id) {
    if (id.isEmpty() || id.equals(call.account().id().digits())) {
      return call.account();
    }
    if (!call.account().id().equals(accounts.first().id())) {
      throw new ApiException(AwsError.ACCESS_DENIED, "another account's quotas are not yours");
    }
    Account found;
    try {
      found = accounts.find(new AccountId(id));
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
    if (found == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "there is no account " + id);
    }
    return found;
  }

  private static ApiResponse answer(Account account) {
    ObjectNode json = JSON.createObjectNode();
    json.put("accountId", account.id().digits());
    json.put("profile", account.profile().name().toLowerCase(Locale.ROOT));
    ObjectNode quotas = json.putObject("quotas");
    Map<String, Long> values = Quotas.list(account.limits());
    Map<String, Long> initial = Quotas.list(Limits.of(account.profile()));
    Map<String, Long> published = Quotas.list(Limits.of(Profile.AWS));
    values.forEach(
        (name, value) -> {
          ObjectNode quota = quotas.putObject(name);
          put(quota, "value", value);
          put(quota, "default", initial.getOrDefault(name, 0L));
          put(quota, "published", published.getOrDefault(name, 0L));
          quota.put("set", account.quotas().set().containsKey(name));
        });
    return ApiResponse.json(JSON.writeValueAsBytes(json));
  }

  private static void put(ObjectNode quota, String name, long value) {
    if (value >= Limits.UNLIMITED) {
      quota.put(name, "unlimited");
    } else {
      quota.put(name, value);
    }
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
