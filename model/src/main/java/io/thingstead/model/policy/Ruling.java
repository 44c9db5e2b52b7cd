package io.thingstead.model.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A decision with all that it was made by, for those who want to know why.
 *
 * @param action such as {@code iot:Publish}
 * @param resource the ARN it was asked of
 * @param statement the one that decided; null when none speaks of it
 * @param policies the names of those that were looked at
 * @param variables those that the deciding statement uses or, when none decided, those that Allow
 *     statements of the action use: by name, with their values
 * @param unresolved variables without a value in statements that allow the action
 */
public record Ruling(
    Outcome outcome,
    String action,
    String resource,
    @Nullable Citation statement,
    List<String> policies,
    Map<String, String> variables,
    List<String> unresolved) {
  public Ruling {
    policies = List.copyOf(policies);
    // In the order in which the statement has them, which Map.copyOf would lose.
    variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    unresolved = List.copyOf(unresolved);
  }

  /** What was decided; the names are those of the API's {@code AuthDecision}. */
  public enum Outcome {
    ALLOWED,
    /** A Deny statement applies. */
    EXPLICIT_DENY,
    /** No statement speaks of it. */
    IMPLICIT_DENY
  }

  /**
   * A verdict on an action and a resource.
   *
   * @param policies the names of those that were looked at
   */
  public static Ruling of(Verdict verdict, List<String> policies, String action, String resource) {
    return switch (verdict) {
      case Verdict.Allowed(var by, var variables) ->
          new Ruling(Outcome.ALLOWED, action, resource, by, policies, variables, List.of());
      case Verdict.Denied(var by, var variables) ->
          new Ruling(Outcome.EXPLICIT_DENY, action, resource, by, policies, variables, List.of());
      case Verdict.Unmentioned(_, var variables, var unresolved) ->
          new Ruling(
              Outcome.IMPLICIT_DENY, action, resource, null, policies, variables, unresolved);
    };
  }
}
