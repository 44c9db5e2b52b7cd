package io.thingstead.model.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;

/**
 * A condition whose variables are numbered.
 *
 * @param key the number of its key
 * @param expected the document's values: each one glob, or six of an ARN's parts
 */
record Criterion(Condition condition, int key, List<List<Glob>> expected) {
  private static final int ARN_PARTS = 6;

  static Criterion of(Condition condition, ToIntFunction<String> variable) {
    boolean arn = condition.operator().kind() == Operator.Kind.ARN;
    List<List<Glob>> expected =
        condition.values().stream()
            .map(value -> arn ? arnParts(value) : List.of(value))
            .map(parts -> parts.stream().map(part -> Glob.of(part, variable)).toList())
            .toList();
    return new Criterion(condition, variable.applyAsInt(condition.key()), expected);
  }

  /** An ARN's wildcards do not reach over its colons, except in the resource. */
  static List<Template> arnParts(Template value) {
    List<Template> parts = new ArrayList<>();
    List<Template.Part> current = new ArrayList<>();
    for (Template.Part part : value.parts()) {
      if (part instanceof Template.Part.Literal(String text)) {
        String[] pieces = text.split(":", ARN_PARTS - parts.size());
        for (int i = 0; i < pieces.length; i++) {
          if (i > 0) {
            parts.add(new Template(value.source(), current));
            current.clear();
          }
          if (!pieces[i].isEmpty()) {
            current.add(new Template.Part.Literal(pieces[i]));
          }
        }
      } else {
        current.add(part);
      }
    }
    parts.add(new Template(value.source(), current));
    return parts.size() == ARN_PARTS ? parts : List.of(value);
  }

  /** Whether the caller's values fulfil it. */
  boolean holds(Values values) {
    List<String> actual = values.all(key);
    if (condition.operator().kind() == Operator.Kind.NULL) {
      return fits(String.valueOf(actual.isEmpty()), values);
    }
    if (actual.isEmpty()) {
      return condition.ifExists()
          || switch (condition.quantifier()) {
            case NONE -> condition.operator().negated();
            case FOR_ALL -> true;
            case FOR_ANY -> false;
          };
    }
    boolean negated = condition.operator().negated();
    return switch (condition.quantifier()) {
      case NONE -> negated != actual.stream().anyMatch(value -> fits(value, values));
      case FOR_ALL -> actual.stream().allMatch(value -> negated != fits(value, values));
      case FOR_ANY -> actual.stream().anyMatch(value -> negated != fits(value, values));
    };
  }

  private boolean fits(String actual, Values values) {
    for (List<Glob> alternative : expected) {
      if (fits(actual, alternative, values)) {
        return true;
      }
    }
    return false;
  }

  private boolean fits(String actual, List<Glob> alternative, Values values) {
    Operator operator = condition.operator();
    return switch (operator.kind()) {
      case TEXT, LIKE -> alternative.getFirst().matches(actual, values, false);
      case TEXT_IGNORE_CASE -> alternative.getFirst().matches(actual, values, true);
      case ARN -> fitsArn(actual, alternative, values);
      case NUMBER, DATE, BOOL, BINARY, ADDRESS, NULL -> {
        String text = alternative.getFirst().text(values);
        yield text != null && Comparison.holds(operator, actual, text);
      }
    };
  }

  private static boolean fitsArn(String actual, List<Glob> parts, Values values) {
    if (parts.size() < ARN_PARTS) {
      return parts.getFirst().matches(actual, values, false);
    }
    String[] pieces = actual.split(":", ARN_PARTS);
    if (pieces.length < ARN_PARTS) {
      return false;
    }
    for (int i = 0; i < ARN_PARTS; i++) {
      if (!parts.get(i).matches(pieces[i], values, false)) {
        return false;
      }
    }
    return true;
  }

  /** Calls back with the number of each variable it uses, its key first. */
  void variables(IntConsumer each) {
    each.accept(key);
    expected.forEach(alternative -> alternative.forEach(glob -> glob.variables(each)));
  }

  /** Whether a missing key by itself keeps it from holding. */
  boolean needsKey() {
    return condition.quantifier() == Condition.Quantifier.NONE
        && !condition.ifExists()
        && !condition.operator().negated()
        && condition.operator() != Operator.NULL;
  }

  /** As people read it: {@code Bool iot:Connection.Thing.IsAttached [true]}. */
  String text() {
    return condition.operatorName()
        + " "
        + condition.key()
        + " "
        + condition.values().stream().map(Template::source).toList();
  }
}
