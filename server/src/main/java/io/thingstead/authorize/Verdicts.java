package io.thingstead.authorize;

import io.thingstead.event.Reason;
import io.thingstead.model.policy.Ruling;
import io.thingstead.model.policy.Verdict;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Puts rulings into the words of logs and refusals. */
final class Verdicts {
  private Verdicts() {}

  /**
   * A verdict as a decision.
   *
   * @param policies the names of those that were looked at
   */
  static Decision decision(Verdict verdict, List<String> policies, String action, String arn) {
    return verdict instanceof Verdict.Allowed(var by, var variables)
        ? new Decision.Allowed(by + values(variables))
        : decision(Ruling.of(verdict, policies, action, arn));
  }

  private static Decision decision(Ruling ruling) {
    return switch (ruling.outcome()) {
      case ALLOWED -> new Decision.Allowed(ruling.statement() + values(ruling.variables()));
      case EXPLICIT_DENY ->
          new Decision.Denied(
              true,
              new Reason(
                  ruling.statement() + " denies " + asked(ruling) + values(ruling.variables()),
                  ruling));
      case IMPLICIT_DENY ->
          new Decision.Denied(
              false,
              new Reason(
                  "no statement of policies "
                      + ruling.policies()
                      + " allows "
                      + asked(ruling)
                      + (ruling.policies().isEmpty() ? " (none is attached)" : "")
                      + missing(ruling.unresolved()),
                  ruling));
    };
  }

  private static String asked(Ruling ruling) {
    return ruling.action() + " on " + ruling.resource();
  }

  private static String values(Map<String, String> variables) {
    return variables.isEmpty()
        ? ""
        : variables.entrySet().stream()
            .map(variable -> ", ${" + variable.getKey() + "}=" + variable.getValue())
            .collect(Collectors.joining());
  }

  private static String missing(List<String> unresolved) {
    return unresolved.isEmpty()
        ? ""
        : unresolved.stream()
            .map(name -> "${" + name + "}")
            .collect(Collectors.joining(", ", ", without a value: ", ""));
  }
}
