package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.Empty;
import io.thingstead.api.cognitoidentity.CognitoIdentity;
import io.thingstead.api.cognitoidentity.CognitoIdentityProvider;
import io.thingstead.api.cognitoidentity.CreateIdentityPoolInput;
import io.thingstead.api.cognitoidentity.Credentials;
import io.thingstead.api.cognitoidentity.DeleteIdentitiesResponse;
import io.thingstead.api.cognitoidentity.GetCredentialsForIdentityResponse;
import io.thingstead.api.cognitoidentity.GetIdInput;
import io.thingstead.api.cognitoidentity.GetIdResponse;
import io.thingstead.api.cognitoidentity.GetIdentityPoolRolesResponse;
import io.thingstead.api.cognitoidentity.GetOpenIdTokenResponse;
import io.thingstead.api.cognitoidentity.IdentityDescription;
import io.thingstead.api.cognitoidentity.IdentityPool;
import io.thingstead.api.cognitoidentity.IdentityPoolShortDescription;
import io.thingstead.api.cognitoidentity.ListIdentitiesResponse;
import io.thingstead.api.cognitoidentity.ListIdentityPoolsResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.person.Identities;
import io.thingstead.person.Identity;
import io.thingstead.person.Persons;
import io.thingstead.person.Pool;
import io.thingstead.person.TemporaryKey;
import io.thingstead.row.Page;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Identity pools and their identities. */
final class PoolOperations {
  private final Function<Account, Features> features;

  PoolOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Persons persons(Call call) {
    return features.apply(call.account()).persons();
  }

  private Identities identities(Call call) {
    return persons(call).identities();
  }

  void bind(OperationTable table) {
    bindPools(table);
    bindRoles(table);
    bindIdentities(table);
    bindAnyone(table);
  }

  private void bindPools(OperationTable table) {
    table.on(
        CognitoIdentity.CREATE_IDENTITY_POOL,
        (call, in) -> pool(persons(call).pools().create(wanted(in))));
    table.on(
        CognitoIdentity.DESCRIBE_IDENTITY_POOL,
        (call, in) -> pool(persons(call).pools().describe(in.identityPoolId())));
    table.on(
        CognitoIdentity.UPDATE_IDENTITY_POOL,
        (call, in) -> pool(persons(call).pools().update(wanted(in))));
    table.on(
        CognitoIdentity.LIST_IDENTITY_POOLS,
        (call, in) -> {
          Page<Pool> page = persons(call).pools().list(in.maxResults(), in.nextToken());
          return new ListIdentityPoolsResponse(
              page.items().stream()
                  .map(each -> new IdentityPoolShortDescription(each.id(), each.name()))
                  .toList(),
              page.next());
        });
    table.on(
        CognitoIdentity.DELETE_IDENTITY_POOL,
        (call, in) -> {
          persons(call).pools().delete(in.identityPoolId());
          return Empty.EMPTY;
        });
  }

  private void bindRoles(OperationTable table) {
    table.on(
        CognitoIdentity.SET_IDENTITY_POOL_ROLES,
        (call, in) -> {
          refuse(in.roleMappings(), "RoleMappings");
          persons(call).pools().setRoles(in.identityPoolId(), in.roles());
          return Empty.EMPTY;
        });
    table.on(
        CognitoIdentity.GET_IDENTITY_POOL_ROLES,
        (call, in) ->
            GetIdentityPoolRolesResponse.builder()
                .identityPoolId(in.identityPoolId())
                .roles(persons(call).pools().roles(in.identityPoolId()))
                .build());
  }

  private void bindIdentities(OperationTable table) {
    table.on(
        CognitoIdentity.LIST_IDENTITIES,
        (call, in) -> {
          Page<Identity> page =
              identities(call).list(in.identityPoolId(), in.maxResults(), in.nextToken());
          return new ListIdentitiesResponse(
              in.identityPoolId(),
              page.items().stream().map(PoolOperations::description).toList(),
              page.next());
        });
    table.on(
        CognitoIdentity.DESCRIBE_IDENTITY,
        (call, in) -> description(identities(call).describe(in.identityId())));
    table.on(
        CognitoIdentity.DELETE_IDENTITIES,
        (call, in) -> {
          identities(call).delete(in.identityIdsToDelete());
          return new DeleteIdentitiesResponse(List.of());
        });
  }

  /** What is called without a signature. */
  private void bindAnyone(OperationTable table) {
    table.on(CognitoIdentity.GET_ID, this::id);
    table.on(
        CognitoIdentity.GET_CREDENTIALS_FOR_IDENTITY,
        (call, in) -> {
          TemporaryKey key =
              identities(call).credentials(in.identityId(), all(in.logins()), in.customRoleArn());
          return new GetCredentialsForIdentityResponse(
              in.identityId(),
              new Credentials(
                  key.accessKeyId(), key.secretAccessKey(), key.sessionToken(), key.expiration()));
        });
    table.on(
        CognitoIdentity.GET_OPEN_ID_TOKEN,
        (call, in) ->
            new GetOpenIdTokenResponse(
                in.identityId(), identities(call).token(in.identityId(), all(in.logins()))));
  }

  private GetIdResponse id(Call call, GetIdInput in) {
    if (in.accountId() != null && !in.accountId().equals(call.account().id().digits())) {
      throw new ApiException(
          AwsError.INVALID_PARAMETER,
          "this endpoint is of account " + call.account().id() + ", not " + in.accountId());
    }
    return new GetIdResponse(
        identities(call).id(in.identityPoolId(), all(in.logins()), call.sourceIp()));
  }

  private static Map<String, String> all(@Nullable Map<String, String> given) {
    return given == null ? Map.of() : given;
  }

  private static Pool wanted(CreateIdentityPoolInput in) {
    refuseOthers(
        in.supportedLoginProviders(),
        in.developerProviderName(),
        in.cognitoIdentityProviders(),
        in.samlProviderARNs());
    List<String> providers = in.openIdConnectProviderARNs();
    return new Pool(
        "",
        in.identityPoolName(),
        in.allowUnauthenticatedIdentities(),
        Boolean.TRUE.equals(in.allowClassicFlow()),
        providers == null ? List.of() : providers,
        all(in.identityPoolTags()));
  }

  private static Pool wanted(IdentityPool in) {
    refuseOthers(
        in.supportedLoginProviders(),
        in.developerProviderName(),
        in.cognitoIdentityProviders(),
        in.samlProviderARNs());
    List<String> providers = in.openIdConnectProviderARNs();
    return new Pool(
        in.identityPoolId(),
        in.identityPoolName(),
        in.allowUnauthenticatedIdentities(),
        Boolean.TRUE.equals(in.allowClassicFlow()),
        providers == null ? List.of() : providers,
        all(in.identityPoolTags()));
  }

  private static void refuseOthers(
      @Nullable Map<String, String> supported,
      @Nullable String developer,
      @Nullable List<CognitoIdentityProvider> userPools,
      @Nullable List<String> saml) {
    refuse(supported, "SupportedLoginProviders");
    refuse(developer, "DeveloperProviderName");
    refuse(userPools, "CognitoIdentityProviders");
    refuse(saml, "SamlProviderARNs");
  }

  private static void refuse(@Nullable Object given, String member) {
    boolean empty =
        given == null
            || given instanceof Map<?, ?> map && map.isEmpty()
            || given instanceof List<?> list && list.isEmpty();
    if (!empty) {
      throw new ApiException(
          AwsError.INVALID_PARAMETER,
          member
              + " is not supported by this server: name OpenID Connect providers in"
              + " OpenIdConnectProviderARNs, and one role for each kind of identity");
    }
  }

  private static IdentityPool pool(Pool pool) {
    return IdentityPool.builder()
        .identityPoolId(pool.id())
        .identityPoolName(pool.name())
        .allowUnauthenticatedIdentities(pool.allowsUnauthenticated())
        .allowClassicFlow(pool.allowsClassic())
        .openIdConnectProviderARNs(pool.providerArns())
        .identityPoolTags(pool.tags())
        .build();
  }

  private static IdentityDescription description(Identity identity) {
    return new IdentityDescription(
        identity.id(), identity.logins(), identity.created(), identity.modified());
  }
}
