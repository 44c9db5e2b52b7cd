package io.thingstead.model.policy;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A statement among all those of a policy set, ready to be asked.
 *
 * @param order its place among them, which settles who is cited
 */
record Clause(
    int order,
    Citation citation,
    Effect effect,
    boolean notAction,
    List<Glob> actions,
    boolean notResource,
    List<Glob> resources,
    List<Criterion> criteria) {
  // The jobs data plane had its actions under iot: at first; policies with either name hold.
  private static final String JOBS_PREFIX = "iotjobsdata:";

  static Clause of(
      int order, NamedPolicy policy, Statement statement, ToIntFunction<String> variable) {
    return new Clause(
        order,
        new Citation(policy.name(), policy.version(), statement.number(), statement.sid()),
        statement.effect(),
        statement.notAction(),
        statement.actions().stream().map(action -> Glob.of(action, variable)).toList(),
        statement.notResource(),
        statement.resources().stream().map(resource -> Glob.of(resource, variable)).toList(),
        statement.conditions().stream()
            .map(condition -> Criterion.of(condition, variable))
            .toList());
  }

  /**
   * Whether it speaks of an action.
   *
   * @param action in lower case
   */
  boolean speaksOf(String action) {
    boolean named = names(action);
    if (!named && action.startsWith(JOBS_PREFIX)) {
      named = names("iot:" + action.substring(JOBS_PREFIX.length()));
    }
    return named != notAction;
  }

  private boolean names(String action) {
    return actions.stream().anyMatch(glob -> glob.matches(action, Values.NONE, false));
  }

  /** Whether it speaks of a resource, by one of its own when it names many. */
  boolean covers(@Nullable Glob resource, String text, Values values) {
    if (resource != null) {
      return resource.matches(text, values, false);
    }
    return resources.stream().noneMatch(glob -> glob.matches(text, values, false));
  }

  boolean conditionsHold(Values values) {
    for (Criterion criterion : criteria) {
      if (!criterion.holds(values)) {
        return false;
      }
    }
    return true;
  }

  /** Calls back with the number of each variable that decides, given the resource that fitted. */
  void variables(@Nullable Glob resource, IntConsumer each) {
    if (resource != null) {
      resource.variables(each);
    } else {
      resources.forEach(glob -> glob.variables(each));
    }
    criteria.forEach(criterion -> criterion.variables(each));
  }

  /** Calls back with the number of each variable it uses. */
  void variables(IntConsumer each) {
    resources.forEach(glob -> glob.variables(each));
    criteria.forEach(criterion -> criterion.variables(each));
  }

  /** Calls back with the number of each variable without which it might not apply. */
  void needed(IntConsumer each) {
    resources.forEach(glob -> glob.variables(each));
    criteria.stream().filter(Criterion::needsKey).forEach(criterion -> criterion.variables(each));
  }
}
