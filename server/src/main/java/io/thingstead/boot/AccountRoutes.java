package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.account.Accounts;
import io.thingstead.api.ApiResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Profile;
import io.thingstead.net.Role;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Makes and lists accounts, for administrators of the first one. */
final class AccountRoutes {
  private static final String PATH = "/_thingstead/accounts";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Accounts accounts;
  private final Function<Account, String> endpoint;
  private final Consumer<Account> made;

  /**
   * @param made is told of each new account, and makes what it needs before the answer
   */
  AccountRoutes(Accounts accounts, Function<Account, String> endpoint, Consumer<Account> made) {
    this.accounts = accounts;
    this.endpoint = endpoint;
    this.made = made;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", PATH, this::list);
    table.administratorRoute(ADMIN, "POST", PATH, this::create);
  }

  private void requireFirst(Call call) {
    if (!call.account().id().equals(accounts.first().id())) {
      throw new ApiException(
          AwsError.ACCESS_DENIED,
          "accounts are made and listed by administrators of account " + accounts.first().id());
    }
  }

  private ApiResponse list(Call call) {
    requireFirst(call);
    ObjectNode all = JSON.createObjectNode();
    var array = all.putArray("accounts");
    accounts.list().forEach(account -> array.add(json(account)));
    return answer(all);
  }

  private ApiResponse create(Call call) {
    requireFirst(call);
    JsonNode wanted;
    try {
      wanted = JSON.readTree(call.request().body());
    } catch (JacksonException e) {
      throw invalid("the body is not JSON");
    }
    Account first = accounts.first();
    String id = wanted.path("accountId").asString("");
    String region = wanted.path("region").asString(first.region());
    if (!region.matches("[a-z0-9-]{1,32}")) {
      throw invalid("region is lower-case letters, digits and hyphens, such as us-east-1");
    }
    Profile profile = profile(wanted.path("profile").asString(first.profile().name()));
    Account account;
    try {
      account = accounts.create(new Account(new AccountId(id), region, profile));
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
    made.accept(account);
    return answer(json(account));
  }

  private static Profile profile(String name) {
    return Arrays.stream(Profile.values())
        .filter(profile -> profile.name().equalsIgnoreCase(name))
        .findAny()
        .orElseThrow(() -> invalid("profile is thingstead, aws or mqtt, not '" + name + "'"));
  }

  private ObjectNode json(Account account) {
    return JSON.createObjectNode()
        .put("accountId", account.id().digits())
        .put("region", account.region())
        .put("profile", account.profile().name().toLowerCase(Locale.ROOT))
        .put("endpoint", endpoint.apply(account));
  }

  private static ApiResponse answer(JsonNode json) {
    return ApiResponse.json(JSON.writeValueAsBytes(json));
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
