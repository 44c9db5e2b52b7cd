package io.thingstead.rules;

import io.thingstead.account.Account;
import io.thingstead.function.FunctionCalls;
import io.thingstead.function.FunctionResult;
import io.thingstead.function.Invoker;
import io.thingstead.model.sql.Lambdas;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What one evaluation of a rule's statement asks of functions: all its calls together have two
 * seconds (developer guide, "aws_lambda(functionArn, inputJson)").
 */
final class StatementCalls implements Lambdas {
  private static final Duration BUDGET = Duration.ofSeconds(2);

  private final FunctionCalls functions;
  private final Invoker invoker;
  private Duration left = BUDGET;

  StatementCalls(Account account, FunctionCalls functions, String rule) {
    this.functions = functions;
    this.invoker = Invoker.iot(account.arn("rule/" + rule));
  }

  @Override
  public byte[] call(String functionArn, byte[] event) {
    if (!left.isPositive()) {
      throw new IllegalStateException(
          "the functions of the statement took more than " + BUDGET.toMillis() + " ms");
    }
    long begun = System.nanoTime();
    FunctionResult result = functions.invoke(functionArn, event, invoker, left);
    left = left.minusNanos(System.nanoTime() - begun);
    if (result.failed()) {
      throw new IllegalStateException(
          functionArn + " failed: " + new String(result.payload(), StandardCharsets.UTF_8));
    }
    return result.payload();
  }
}
