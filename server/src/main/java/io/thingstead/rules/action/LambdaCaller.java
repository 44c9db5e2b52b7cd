package io.thingstead.rules.action;

import io.thingstead.account.Account;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.function.FunctionCalls;
import io.thingstead.function.Invoker;
import io.thingstead.model.ApiException;
import io.thingstead.rules.action.ActionResult.Done;
import io.thingstead.rules.action.ActionResult.Failed;

/**
 * The lambda action: developer guide, "Lambda". It is done when the call is durable; how often it
 * is then tried is the business of functions.
 */
final class LambdaCaller {
  private final Account account;
  private final FunctionCalls functions;

  LambdaCaller(Account account, FunctionCalls functions) {
    this.account = account;
    this.functions = functions;
  }

  ActionResult run(Action.Lambda action, Delivery delivery) {
    String function = delivery.evaluation().render(action.functionArn());
    if (function == null) {
      return new Failed(
          action.functionArn().source(),
          "The functionArn has an expression without a value.",
          false);
    }
    if (!delivery.output().json()) {
      return new Failed(
          function, "A function takes JSON: encode a binary payload in the rule's SELECT.", false);
    }
    try {
      functions.send(
          function, delivery.output().bytes(), Invoker.iot(account.arn("rule/" + delivery.rule())));
      return new Done();
    } catch (ApiException e) {
      boolean later =
          switch (e.error()) {
            case TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE -> true;
            default -> false;
          };
      return new Failed(function, "The function was not called: " + e.text(), later);
    } catch (StoreUnavailableException e) {
      return new Failed(function, "The call could not be kept: " + e.getMessage() + ".", true);
    }
  }
}
