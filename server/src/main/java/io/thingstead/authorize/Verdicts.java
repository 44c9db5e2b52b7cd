package io.thingstead.authorize;

import io.thingstead.model.policy.Verdict;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Puts verdicts into the words of logs and refusals. */
final class Verdicts {
  private Verdicts() {}

  static Decision decision(Verdict verdict, String action, String arn) {
    return switch (verdict) {
      case Verdict.Allowed(var by, var variables) -> new Decision.Allowed(by + values(variables));
      case Verdict.Denied(var by, var variables) ->
          new Decision.Denied(true, by + " denies " + action + " on " + arn + values(variables));
      case Verdict.Unmentioned(var policies, var unresolved) ->
          new Decision.Denied(
              false,
              "no statement of policies "
                  + policies
                  + " allows "
                  + action
                  + " on "
                  + arn
                  + (policies.isEmpty() ? " (none is attached)" : "")
                  + missing(unresolved));
    };
  }

  private static String values(Map<String, String> variables) {
    return variables.entrySet().stream()
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
