package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.OperationShape;
import io.thingstead.api.Service;
import io.thingstead.api.Struct;
import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.Decision;
import io.thingstead.authorize.DeniedException;
import io.thingstead.http.Call;
import io.thingstead.http.Guard;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.Set;
import java.util.function.Function;

/**
 * Lets callers who sign do what their policies allow. Operations of the data plane ask the
 * authorizer themselves, with the topic or thing they are about, and so does AssumeRole.
 */
final class Permissions implements Guard {
  private static final Set<String> ASK_THEMSELVES = Set.of("iot-data", "iot-jobs-data");

  /** Anyone may ask who he is and for less than he has; a role's trust decides of AssumeRole. */
  private static final Set<String> FREE = Set.of("sts");

  private final Function<Account, Features> features;

  Permissions(Function<Account, Features> features) {
    this.features = features;
  }

  @Override
  public void check(Call call, Service service, OperationShape operation, Struct input) {
    if (ASK_THEMSELVES.contains(service.name())
        || FREE.contains(service.name())
        || operation.unsigned()) {
      return;
    }
    Features mine = features.apply(call.account());
    Authorization authorization = DataOperations.authorization(mine, call);
    String action = Resources.action(service, operation);
    for (String resource : new Resources(mine, call).of(service, operation, input)) {
      require(call, authorization, action, resource);
    }
    // Or whoever may write a rule, alias or function could do all that any role may.
    for (String role : Resources.passedRoles(service, input)) {
      require(call, authorization, "iam:PassRole", role);
    }
  }

  private static void require(
      Call call, Authorization authorization, String action, String resource) {
    if (authorization.decide(action, resource) instanceof Decision.Denied denied) {
      throw refused(call, action, resource, denied);
    }
  }

  /** In the words of the original, and which statement, or that there is none. */
  private static ApiException refused(
      Call call, String action, String resource, Decision.Denied denied) {
    String arn =
        call.principal() instanceof Principal.AccessKey key ? key.arn() : call.principal().id();
    return new DeniedException(
        AwsError.ACCESS_DENIED,
        "User: %s is not authorized to perform: %s on resource: %s %s: %s"
            .formatted(
                arn,
                action,
                resource,
                denied.explicit()
                    ? "with an explicit deny"
                    : "because no policy allows the " + action + " action",
                denied.why()),
        denied.why());
  }
}
