package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iot.ActionType;
import io.thingstead.api.iot.Allowed;
import io.thingstead.api.iot.AuthDecision;
import io.thingstead.api.iot.AuthInfo;
import io.thingstead.api.iot.AuthResult;
import io.thingstead.api.iot.Denied;
import io.thingstead.api.iot.EffectivePolicy;
import io.thingstead.api.iot.ExplicitDeny;
import io.thingstead.api.iot.GetEffectivePoliciesRequest;
import io.thingstead.api.iot.GetEffectivePoliciesResponse;
import io.thingstead.api.iot.ImplicitDeny;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.Policy;
import io.thingstead.api.iot.TestAuthorizationRequest;
import io.thingstead.api.iot.TestAuthorizationResponse;
import io.thingstead.authorize.Simulator;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a device might do, and by which policies. */
final class AuthorizationOperations {
  private final Function<Account, Features> features;

  AuthorizationOperations(Function<Account, Features> features) {
    this.features = features;
  }

  void bind(OperationTable table) {
    table.on(Iot.TEST_AUTHORIZATION, this::test);
    table.on(Iot.GET_EFFECTIVE_POLICIES, this::effective);
  }

  private Simulator simulator(Call call) {
    return features.apply(call.account()).authorizer().simulator();
  }

  private TestAuthorizationResponse test(Call call, TestAuthorizationRequest in) {
    Simulator.Caller caller =
        new Simulator.Caller(
            given(in.principal()),
            given(in.cognitoIdentityPoolId()),
            in.clientId() == null ? "" : in.clientId(),
            in.policyNamesToAdd() == null ? List.of() : in.policyNamesToAdd(),
            in.policyNamesToSkip() == null ? List.of() : in.policyNamesToSkip());
    return new TestAuthorizationResponse(
        in.authInfos().stream()
            .map(
                info ->
                    result(
                        call, info, simulator(call).test(caller, action(info), info.resources())))
            .toList());
  }

  private static @Nullable String given(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  private static String action(AuthInfo info) {
    ActionType type = info.actionType();
    if (type == null) {
      throw new ApiException(AwsError.INVALID_REQUEST, "an authInfo has no actionType");
    }
    return switch (type) {
      case PUBLISH -> "iot:Publish";
      case SUBSCRIBE -> "iot:Subscribe";
      case RECEIVE -> "iot:Receive";
      case CONNECT -> "iot:Connect";
    };
  }

  private AuthResult result(Call call, AuthInfo info, Simulator.Tested tested) {
    return new AuthResult(
        info,
        new Allowed(named(call, tested.allowing())),
        new Denied(
            new ImplicitDeny(named(call, tested.silent())),
            new ExplicitDeny(named(call, tested.denying()))),
        switch (tested.outcome()) {
          case ALLOWED -> AuthDecision.ALLOWED;
          case EXPLICIT_DENY -> AuthDecision.EXPLICIT_DENY;
          case IMPLICIT_DENY -> AuthDecision.IMPLICIT_DENY;
        },
        tested.missing());
  }

  private List<Policy> named(Call call, List<String> names) {
    return names.stream()
        .map(name -> new Policy(name, call.account().arn("policy/" + name)))
        .toList();
  }

  private GetEffectivePoliciesResponse effective(Call call, GetEffectivePoliciesRequest in) {
    String thing = given(in.thingName());
    if (thing != null) {
      // Refuses one that there is not.
      var _ = features.apply(call.account()).things().describe(thing);
    }
    return new GetEffectivePoliciesResponse(
        simulator(call).effective(given(in.principal()), thing).stream()
            .map(each -> new EffectivePolicy(each.name(), each.arn(), each.document()))
            .toList());
  }
}
