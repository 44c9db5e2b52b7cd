package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.Empty;
import io.thingstead.api.iam.CreateOpenIDConnectProviderResponse;
import io.thingstead.api.iam.GetOpenIDConnectProviderResponse;
import io.thingstead.api.iam.Iam;
import io.thingstead.api.iam.ListOpenIDConnectProvidersResponse;
import io.thingstead.api.iam.OpenIDConnectProviderListEntry;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.person.Provider;
import io.thingstead.person.Providers;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The OpenID Connect providers that an account trusts. */
final class ProviderOperations {
  private final Function<Account, Features> features;

  ProviderOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Providers providers(Call call) {
    return features.apply(call.account()).persons().providers();
  }

  void bind(OperationTable table) {
    table.on(
        Iam.CREATE_OPEN_ID_CONNECT_PROVIDER,
        (call, in) -> {
          Provider made =
              providers(call)
                  .create(
                      in.url(),
                      all(in.clientIDList()),
                      all(in.thumbprintList()),
                      IamTags.parse(in.tags()));
          return new CreateOpenIDConnectProviderResponse(made.arn(), IamTags.list(made.tags()));
        });
    table.on(
        Iam.GET_OPEN_ID_CONNECT_PROVIDER,
        (call, in) -> {
          Provider found = providers(call).get(in.openIDConnectProviderArn());
          // The original leaves the scheme out.
          return new GetOpenIDConnectProviderResponse(
              found.name(),
              found.clientIds(),
              found.thumbprints(),
              found.created(),
              IamTags.list(found.tags()));
        });
    table.on(
        Iam.LIST_OPEN_ID_CONNECT_PROVIDERS,
        (call, _) ->
            new ListOpenIDConnectProvidersResponse(
                providers(call).list().stream()
                    .map(each -> new OpenIDConnectProviderListEntry(each.arn()))
                    .toList()));
    table.on(
        Iam.DELETE_OPEN_ID_CONNECT_PROVIDER,
        (call, in) -> {
          providers(call).delete(in.openIDConnectProviderArn());
          return Empty.EMPTY;
        });
    table.on(
        Iam.ADD_CLIENT_ID_TO_OPEN_ID_CONNECT_PROVIDER,
        (call, in) -> {
          providers(call).addClient(in.openIDConnectProviderArn(), in.clientID());
          return Empty.EMPTY;
        });
    table.on(
        Iam.REMOVE_CLIENT_ID_FROM_OPEN_ID_CONNECT_PROVIDER,
        (call, in) -> {
          providers(call).removeClient(in.openIDConnectProviderArn(), in.clientID());
          return Empty.EMPTY;
        });
  }

  private static List<String> all(@Nullable List<String> given) {
    return given == null ? List.of() : given;
  }
}
