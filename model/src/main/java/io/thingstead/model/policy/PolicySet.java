package io.thingstead.model.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Policies that hold together for a caller, compiled. Immutable but for a cache; any thread may use
 * it, and all callers with the same policies share one.
 */
public final class PolicySet {
  private static final int CACHED_ACTIONS = 64;

  private final List<NamedPolicy> policies;
  private final List<String> names;
  private final List<Clause> clauses;
  private final List<String> variables;

  // Replaced as a whole; a lost race only computes an index once more.
  private volatile Map<String, ActionIndex> indexes = Map.of();

  private PolicySet(List<NamedPolicy> policies, List<Clause> clauses, List<String> variables) {
    this.policies = policies;
    this.names = List.copyOf(policies.stream().map(NamedPolicy::name).toList());
    this.clauses = clauses;
    this.variables = variables;
  }

  /** Compiles policies; the order settles which of several statements is cited. */
  public static PolicySet of(List<NamedPolicy> policies) {
    Map<String, Integer> numbers = new HashMap<>();
    LinkedHashMap<String, String> names = new LinkedHashMap<>();
    List<Clause> clauses = new ArrayList<>();
    for (NamedPolicy policy : policies) {
      for (Statement statement : policy.document().statements()) {
        clauses.add(
            Clause.of(
                clauses.size(),
                policy,
                statement,
                name -> {
                  String canonical = Values.canonical(name);
                  names.putIfAbsent(canonical, name);
                  return numbers.computeIfAbsent(canonical, _ -> numbers.size());
                }));
      }
    }
    return new PolicySet(List.copyOf(policies), List.copyOf(clauses), List.copyOf(names.values()));
  }

  /** What it was made of. */
  public List<NamedPolicy> policies() {
    return policies;
  }

  /** The names of the policies it was made of. */
  public List<String> names() {
    return names;
  }

  /** The variables and context keys it uses, as its documents write them. */
  public List<String> variables() {
    return variables;
  }

  /** Whether it uses a variable or context key, whose name has no case. */
  public boolean uses(String variable) {
    String wanted = Values.canonical(variable);
    return variables.stream().anyMatch(name -> Values.canonical(name).equals(wanted));
  }

  /**
   * The same policies for one caller.
   *
   * @param facts the values of a variable, none when it has no value; asked with the name in lower
   *     case, but an attribute's name within {@code [ ]} as written
   */
  public BoundPolicies bind(Function<String, List<String>> facts) {
    return new BoundPolicies(this, Values.of(variables, facts));
  }

  List<Clause> clauses() {
    return clauses;
  }

  ActionIndex index(String action) {
    // By the name as it was asked for, since making it lower case makes a new text.
    Map<String, ActionIndex> known = indexes;
    ActionIndex index = known.get(action);
    if (index == null) {
      index = new ActionIndex(clauses, action.toLowerCase(Locale.ROOT));
      if (known.size() < CACHED_ACTIONS) {
        Map<String, ActionIndex> more = new HashMap<>(known);
        more.put(action, index);
        indexes = Map.copyOf(more);
      }
    }
    return index;
  }
}
