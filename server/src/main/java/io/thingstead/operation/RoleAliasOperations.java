package io.thingstead.operation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.thingstead.account.Account;
import io.thingstead.api.ApiResponse;
import io.thingstead.api.Percent;
import io.thingstead.api.iot.CreateRoleAliasResponse;
import io.thingstead.api.iot.DeleteRoleAliasResponse;
import io.thingstead.api.iot.DescribeRoleAliasResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.ListRoleAliasesResponse;
import io.thingstead.api.iot.RoleAliasDescription;
import io.thingstead.api.iot.UpdateRoleAliasResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import io.thingstead.person.RoleAlias;
import io.thingstead.person.RoleAliases;
import io.thingstead.person.TemporaryKey;
import io.thingstead.row.Page;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;

/** Role aliases, and the credential provider by which devices use them. */
final class RoleAliasOperations {
  private static final String PREFIX = "/role-aliases/";
  private static final String SUFFIX = "/credentials";
  private static final String THING = "x-amzn-iot-thingname";

  private final Function<Account, Features> features;

  RoleAliasOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private RoleAliases aliases(Call call) {
    return features.apply(call.account()).persons().aliases();
  }

  void bind(OperationTable table) {
    table.on(
        Iot.CREATE_ROLE_ALIAS,
        (call, in) -> {
          RoleAlias made =
              aliases(call)
                  .create(
                      in.roleAlias(),
                      in.roleArn(),
                      in.credentialDurationSeconds(),
                      TagOperations.parse(in.tags()));
          return new CreateRoleAliasResponse(made.name(), made.arn());
        });
    table.on(
        Iot.DESCRIBE_ROLE_ALIAS,
        (call, in) ->
            new DescribeRoleAliasResponse(
                description(call, aliases(call).describe(in.roleAlias()))));
    table.on(
        Iot.UPDATE_ROLE_ALIAS,
        (call, in) -> {
          RoleAlias now =
              aliases(call).update(in.roleAlias(), in.roleArn(), in.credentialDurationSeconds());
          return new UpdateRoleAliasResponse(now.name(), now.arn());
        });
    table.on(
        Iot.DELETE_ROLE_ALIAS,
        (call, in) -> {
          aliases(call).delete(in.roleAlias());
          return new DeleteRoleAliasResponse();
        });
    table.on(
        Iot.LIST_ROLE_ALIASES,
        (call, in) -> {
          Page<String> page =
              aliases(call)
                  .list(Boolean.TRUE.equals(in.ascendingOrder()), in.pageSize(), in.marker());
          return new ListRoleAliasesResponse(page.items(), page.next());
        });
    table.certificateRoute(Set.of(Role.ALL, Role.DEVICE), "GET", PREFIX, SUFFIX, this::credentials);
  }

  private static RoleAliasDescription description(Call call, RoleAlias alias) {
    return new RoleAliasDescription(
        alias.name(),
        alias.arn(),
        alias.roleArn(),
        call.account().id().digits(),
        alias.seconds(),
        alias.created(),
        alias.modified());
  }

  private ApiResponse credentials(Call call) {
    if (!(call.principal() instanceof Principal.Certificate certificate)) {
      throw new ApiException(AwsError.ACCESS_DENIED, "Access Denied: connect with a certificate");
    }
    String path = call.request().path();
    String alias = Percent.decode(path.substring(PREFIX.length(), path.length() - SUFFIX.length()));
    TemporaryKey key =
        aliases(call)
            .credentials(
                alias == null ? "" : alias,
                certificate,
                DataOperations.authorization(features.apply(call.account()), call),
                call.request().headers().first(THING));
    Map<String, Object> credentials =
        Map.of(
            "accessKeyId", key.accessKeyId(),
            "secretAccessKey", key.secretAccessKey(),
            "sessionToken", key.sessionToken(),
            "expiration", key.expiration().truncatedTo(ChronoUnit.SECONDS).toString());
    String body = JsonMapper.shared().writeValueAsString(Map.of("credentials", credentials));
    return ApiResponse.json(body.getBytes(UTF_8));
  }
}
