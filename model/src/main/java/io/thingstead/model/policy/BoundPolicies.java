package io.thingstead.model.policy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Policies with the values of their variables for one caller. Two are equal when they come from the
 * same set and have equal values, so that they decide alike. Any thread may use it.
 */
public final class BoundPolicies {
  private final PolicySet set;
  private final Values values;

  BoundPolicies(PolicySet set, Values values) {
    this.set = set;
    this.values = values;
  }

  /** The policies without the caller. */
  public PolicySet set() {
    return set;
  }

  /**
   * Decides: a Deny that applies wins, then an Allow; else it is denied.
   *
   * @param action such as {@code iot:Publish}, in any case
   * @param resource its ARN, or {@code *} for an action that has none
   */
  public Verdict decide(String action, String resource) {
    ActionIndex index = set.index(action);
    ActionIndex.Entry entry = index.first(resource, values);
    if (entry == null) {
      return unmentioned(index);
    }
    Verdict plain = entry.plain();
    return plain != null ? plain : ActionIndex.Entry.verdict(entry.clause(), used(entry));
  }

  /**
   * What each policy by itself says of an action on a resource; those that say nothing are not in.
   */
  public Map<String, Effect> effects(String action, String resource) {
    Map<String, Effect> said = new LinkedHashMap<>();
    String name = action.toLowerCase(Locale.ROOT);
    for (Clause clause : set.clauses()) {
      if (clause.speaksOf(name) && covered(clause, resource) && clause.conditionsHold(values)) {
        said.merge(clause.citation().policy(), clause.effect(), Effect::stronger);
      }
    }
    return said;
  }

  /**
   * The variables without a value that statements of an action need, be it to allow or to deny.
   *
   * @param action such as {@code iot:Publish}, in any case
   */
  public List<String> unresolved(String action) {
    BitSet needed = new BitSet();
    String name = action.toLowerCase(Locale.ROOT);
    set.clauses().stream()
        .filter(clause -> clause.speaksOf(name))
        .forEach(clause -> clause.needed(needed::set));
    return unresolved(needed);
  }

  private List<String> unresolved(BitSet needed) {
    return needed.stream()
        .filter(variable -> values.single(variable) == null && values.all(variable).size() <= 1)
        .mapToObj(set.variables()::get)
        .toList();
  }

  private Verdict.Unmentioned unmentioned(ActionIndex index) {
    List<String> unresolved = unresolved(index.needed());
    Map<String, String> variables = new LinkedHashMap<>();
    index.mentioned().stream().forEach(variable -> add(variable, variables));
    return new Verdict.Unmentioned(set.names(), variables, unresolved);
  }

  private void add(int variable, Map<String, String> to) {
    if (!values.all(variable).isEmpty()) {
      to.put(set.variables().get(variable), String.join(",", values.all(variable)));
    }
  }

  private Map<String, String> used(ActionIndex.Entry entry) {
    Map<String, String> used = new LinkedHashMap<>();
    entry.clause().variables(entry.resource(), variable -> add(variable, used));
    return used;
  }

  /** For people: each variable as {@code ${NAME}} with {@code = VALUE} or that it has none. */
  public Map<String, String> variables() {
    Map<String, String> shown = new LinkedHashMap<>();
    List<String> names = set.variables();
    for (int i = 0; i < names.size(); i++) {
      List<String> all = values.all(i);
      shown.put(
          "${" + names.get(i) + "}", all.isEmpty() ? "has no value" : "= " + String.join(",", all));
    }
    return shown;
  }

  /**
   * Says for people, a line each, what became of every statement that speaks of the action.
   *
   * @param action such as {@code iot:Publish}, in any case
   */
  public List<String> explain(String action, String resource) {
    List<String> lines = new ArrayList<>();
    String name = action.toLowerCase(Locale.ROOT);
    for (Clause clause : set.clauses()) {
      if (clause.speaksOf(name)) {
        String effect = clause.effect() == Effect.ALLOW ? "Allow" : "Deny";
        lines.add(clause.citation() + " (" + effect + ") " + fate(clause, resource));
      }
    }
    return lines;
  }

  private String fate(Clause clause, String resource) {
    if (!covered(clause, resource)) {
      String list = clause.notResource() ? "NotResource" : "Resource";
      return "does not apply: "
          + list
          + " "
          + clause.resources().stream().map(this::shown).toList();
    }
    for (Criterion criterion : clause.criteria()) {
      if (!criterion.holds(values)) {
        List<String> actual = values.all(criterion.key());
        return "does not apply: the condition %s does not hold, the key %s"
            .formatted(criterion.text(), actual.isEmpty() ? "has no value" : "is " + actual);
      }
    }
    return "applies";
  }

  private boolean covered(Clause clause, String resource) {
    return clause.notResource()
        ? clause.covers(null, resource, values)
        : clause.resources().stream().anyMatch(glob -> clause.covers(glob, resource, values));
  }

  private String shown(Glob glob) {
    String text = glob.text(values);
    return text == null ? glob.source() + " (has a variable without a value)" : text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BoundPolicies bound && set == bound.set && values.equals(bound.values);
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(set) * 31 + values.hashCode();
  }
}
