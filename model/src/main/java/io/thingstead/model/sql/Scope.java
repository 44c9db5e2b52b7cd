package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Arr;
import io.thingstead.model.sql.Value.Obj;
import io.thingstead.model.sql.Value.Text;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Evaluates expressions against one value: the message's payload, or an element of a nested query.
 *
 * @param root what names are members of; Undefined for a payload without members
 * @param atMessage false inside a nested query
 */
record Scope(
    Input input, SqlVersion version, Map<String, Value> variables, Value root, boolean atMessage) {

  /** Name of the member that carries a payload which is not an object, in base64. */
  private static final String RAW_PAYLOAD = "base64OriginalPayload";

  Value value(Expr expr) {
    return switch (expr) {
      case Expr.Literal(Value value) -> value;
      case Expr.Payload _ -> root;
      case Expr.Name(String name) -> member(root, name);
      case Expr.Variable(String name) -> variables.getOrDefault(name, Absent.UNDEFINED);
      case Expr.Member(Expr target, String name) -> member(value(target), name);
      case Expr.Not(Expr operand) -> Operators.not(value(operand));
      case Expr.Negate(Expr operand) -> Operators.negate(value(operand));
      case Expr.Binary(Operator operator, Expr left, Expr right) ->
          Operators.apply(operator, value(left), value(right), version);
      case Expr.Call(Function function, _, List<Expr> arguments) ->
          function.call(new Arguments(arguments, this));
      case Expr.Cast(Expr operand, CastType type) ->
          Conversions.cast(value(operand), type, version);
      case Expr.Case choice -> choose(choice);
      case Expr.Nested nested -> query(nested);
      case Expr.ObjectLiteral(List<Expr.ObjectLiteral.Entry> entries) -> {
        Map<String, Value> members = new LinkedHashMap<>();
        entries.forEach(entry -> put(members, entry.name(), value(entry.value())));
        yield new Obj(members);
      }
      case Expr.ArrayLiteral(List<Expr> items) -> {
        List<Value> values = new ArrayList<>(items.size());
        items.forEach(item -> add(values, value(item)));
        yield new Arr(values);
      }
    };
  }

  /** Whether WHERE lets the message pass: only true does, and the string of that name. */
  boolean isTrue(Expr condition) {
    return Boolean.TRUE.equals(Conversions.truth(value(condition)));
  }

  Value select(Select select) {
    return switch (select) {
      case Select.Single(Expr expr) -> value(expr);
      case Select.Members(List<Select.Item> items) -> {
        Map<String, Value> members = new LinkedHashMap<>();
        for (Select.Item item : items) {
          if (item.path().isEmpty()) {
            copyAll(members);
          } else {
            Value value = value(item.expr());
            if (!value.isUndefined()) {
              place(members, item.path(), value);
            }
          }
        }
        yield new Obj(members);
      }
    };
  }

  private void copyAll(Map<String, Value> members) {
    if (root instanceof Obj(Map<String, Value> all)) {
      members.putAll(all);
    } else if (atMessage) {
      members.put(RAW_PAYLOAD, new Text(Base64.getEncoder().encodeToString(input.payload())));
    }
  }

  /** Puts a value at a path; objects on the way are copied, for they may belong to the payload. */
  private static void place(Map<String, Value> members, List<String> path, Value value) {
    String first = path.getFirst();
    if (path.size() == 1) {
      members.put(first, value);
      return;
    }
    Map<String, Value> inner =
        members.get(first) instanceof Obj(Map<String, Value> before)
            ? new LinkedHashMap<>(before)
            : new LinkedHashMap<>();
    place(inner, path.subList(1, path.size()), value);
    members.put(first, new Obj(inner));
  }

  private static Value member(Value target, String name) {
    return target instanceof Obj object ? object.member(name) : Absent.UNDEFINED;
  }

  private Value choose(Expr.Case choice) {
    Value subject = value(choice.subject());
    if (subject.isUndefined()) {
      return Absent.UNDEFINED;
    }
    for (Expr.Case.When when : choice.whens()) {
      Value match = value(when.match());
      if (!match.isUndefined() && Operators.equal(subject, match)) {
        return value(when.result());
      }
    }
    return choice.otherwise() == null ? Absent.UNDEFINED : value(choice.otherwise());
  }

  /** A nested query gives an array for an array and a single result for an object. */
  private Value query(Expr.Nested nested) {
    return switch (value(nested.from())) {
      case Arr(List<Value> items) -> {
        List<Value> results = new ArrayList<>();
        for (Value item : items) {
          add(results, row(nested, item));
        }
        yield new Arr(results);
      }
      case Obj object -> row(nested, object);
      default -> Absent.UNDEFINED;
    };
  }

  private Value row(Expr.Nested nested, Value element) {
    Scope inner = new Scope(input, version, variables, element, false);
    return nested.where() == null || inner.isTrue(nested.where())
        ? inner.select(nested.select())
        : Absent.UNDEFINED;
  }

  private static void put(Map<String, Value> members, String name, Value value) {
    if (!value.isUndefined()) {
      members.put(name, value);
    }
  }

  private static void add(List<Value> items, Value value) {
    if (!value.isUndefined()) {
      items.add(value);
    }
  }
}
