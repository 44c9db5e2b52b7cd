package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iot.ClearDefaultAuthorizerResponse;
import io.thingstead.api.iot.CreateAuthorizerResponse;
import io.thingstead.api.iot.DeleteAuthorizerResponse;
import io.thingstead.api.iot.DescribeAuthorizerResponse;
import io.thingstead.api.iot.DescribeDefaultAuthorizerResponse;
import io.thingstead.api.iot.HttpContext;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.MqttContext;
import io.thingstead.api.iot.SetDefaultAuthorizerResponse;
import io.thingstead.api.iot.TestInvokeAuthorizerRequest;
import io.thingstead.api.iot.TestInvokeAuthorizerResponse;
import io.thingstead.api.iot.UpdateAuthorizerResponse;
import io.thingstead.authorizer.Asking;
import io.thingstead.authorizer.AuthorizerStore;
import io.thingstead.authorizer.CustomAuthorizers;
import io.thingstead.authorizer.TestedCaller;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Custom authorizers. */
final class AuthorizerOperations {
  private final Function<Account, Features> features;

  AuthorizerOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private CustomAuthorizers authorizers(Call call) {
    return features.apply(call.account()).authorizers();
  }

  private AuthorizerStore store(Call call) {
    return authorizers(call).store();
  }

  void bind(OperationTable table) {
    table.on(
        Iot.CREATE_AUTHORIZER,
        (call, in) -> {
          store(call).create(in, TagOperations.parse(in.tags()));
          return new CreateAuthorizerResponse(
              in.authorizerName(), store(call).arn(in.authorizerName()));
        });
    table.on(
        Iot.UPDATE_AUTHORIZER,
        (call, in) -> {
          store(call).update(in);
          return new UpdateAuthorizerResponse(
              in.authorizerName(), store(call).arn(in.authorizerName()));
        });
    table.on(
        Iot.DELETE_AUTHORIZER,
        (call, in) -> {
          requireUnused(call, in.authorizerName());
          store(call).delete(in.authorizerName());
          return new DeleteAuthorizerResponse();
        });
    table.on(
        Iot.DESCRIBE_AUTHORIZER,
        (call, in) -> new DescribeAuthorizerResponse(store(call).describe(in.authorizerName())));
    table.on(Iot.LIST_AUTHORIZERS, (call, in) -> store(call).list(in));
    table.on(Iot.TEST_INVOKE_AUTHORIZER, this::test);
    bindDefault(table);
  }

  private void requireUnused(Call call, String authorizer) {
    String domain = features.apply(call.account()).domains().asking(authorizer);
    if (domain != null) {
      throw new ApiException(
          AwsError.DELETE_CONFLICT,
          "authorizer "
              + authorizer
              + " is the default of domain configuration "
              + domain
              + ": give that another one, or none, before you delete it");
    }
  }

  private void bindDefault(OperationTable table) {
    table.on(
        Iot.SET_DEFAULT_AUTHORIZER,
        (call, in) -> {
          store(call).setDefault(in.authorizerName());
          return new SetDefaultAuthorizerResponse(
              in.authorizerName(), store(call).arn(in.authorizerName()));
        });
    table.on(
        Iot.DESCRIBE_DEFAULT_AUTHORIZER,
        (call, _) -> new DescribeDefaultAuthorizerResponse(store(call).describeDefault()));
    table.on(
        Iot.CLEAR_DEFAULT_AUTHORIZER,
        (call, _) -> {
          store(call).clearDefault();
          return new ClearDefaultAuthorizerResponse();
        });
  }

  private TestInvokeAuthorizerResponse test(Call call, TestInvokeAuthorizerRequest in) {
    String server = in.tlsContext() == null ? null : in.tlsContext().serverName();
    TestedCaller caller =
        authorizers(call)
            .test(
                in.authorizerName(),
                in.token(),
                in.tokenSignature(),
                new Asking(
                    server == null ? "" : server, http(in.httpContext()), mqtt(in.mqttContext())));
    return caller == null
        ? TestInvokeAuthorizerResponse.builder().isAuthenticated(false).build()
        : new TestInvokeAuthorizerResponse(
            true,
            caller.principalId(),
            caller.documents(),
            caller.refreshAfterSeconds(),
            caller.disconnectAfterSeconds());
  }

  private static Asking.@Nullable Http http(@Nullable HttpContext given) {
    if (given == null) {
      return null;
    }
    Map<String, String> headers = given.headers();
    return new Asking.Http(
        headers == null ? Map.of() : headers,
        given.queryString() == null ? "" : given.queryString());
  }

  private static Asking.@Nullable Mqtt mqtt(@Nullable MqttContext given) {
    return given == null
        ? null
        : new Asking.Mqtt(
            given.username(), given.password(), given.clientId() == null ? "" : given.clientId());
  }
}
