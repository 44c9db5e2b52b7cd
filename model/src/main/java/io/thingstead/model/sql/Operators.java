package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Arr;
import io.thingstead.model.sql.Value.Bool;
import io.thingstead.model.sql.Value.Int;
import io.thingstead.model.sql.Value.Num;
import io.thingstead.model.sql.Value.Obj;
import io.thingstead.model.sql.Value.Text;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The operators on values. None cuts short: {@code TRUE OR undefined} is undefined. */
final class Operators {
  private Operators() {}

  static Value apply(Operator operator, Value left, Value right, SqlVersion version) {
    return switch (operator) {
      case OR, AND -> logic(operator, left, right);
      case EQUAL, NOT_EQUAL -> {
        if (left.isUndefined() || right.isUndefined()) {
          yield Absent.UNDEFINED;
        }
        yield Bool.of(equal(left, right) == (operator == Operator.EQUAL));
      }
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> order(operator, left, right);
      case PLUS -> plus(left, right, version);
      case MINUS, TIMES, DIVIDE, MODULO -> arithmetic(operator, left, right);
    };
  }

  static Value not(Value operand) {
    Boolean truth = Conversions.truth(operand);
    return truth == null ? Absent.UNDEFINED : Bool.of(!truth);
  }

  static Value negate(Value operand) {
    Num number = Conversions.number(operand);
    if (number == null) {
      return Absent.UNDEFINED;
    }
    BigDecimal negated = number.number().negate();
    return number instanceof Int ? new Int(negated) : Numbers.decimal(negated);
  }

  private static Value logic(Operator operator, Value left, Value right) {
    Boolean first = Conversions.truth(left);
    Boolean second = Conversions.truth(right);
    if (first == null || second == null) {
      return Absent.UNDEFINED;
    }
    return Bool.of(operator == Operator.AND ? first && second : first || second);
  }

  private static Value order(Operator operator, Value left, Value right) {
    Num first = Conversions.number(left);
    Num second = Conversions.number(right);
    if (first == null || second == null) {
      return Absent.UNDEFINED;
    }
    int order = first.number().compareTo(second.number());
    return Bool.of(
        switch (operator) {
          case LESS -> order < 0;
          case LESS_OR_EQUAL -> order <= 0;
          case GREATER -> order > 0;
          case GREATER_OR_EQUAL -> order >= 0;
          default -> throw new IllegalArgumentException("no order: " + operator);
        });
  }

  /** Equality of defined values: numbers by value, arrays in order, objects in any order. */
  static boolean equal(Value left, Value right) {
    return switch (left) {
      case Num first -> right instanceof Num second && compare(first, second) == 0;
      case Bool first -> first.equals(right);
      case Text first -> first.equals(right);
      case Arr first -> right instanceof Arr second && equal(first.items(), second.items());
      case Obj first -> right instanceof Obj second && equal(first.members(), second.members());
      case Absent first -> first == right;
    };
  }

  private static int compare(Num left, Num right) {
    return left.number().compareTo(right.number());
  }

  private static boolean equal(List<Value> left, List<Value> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!equal(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean equal(Map<String, Value> left, Map<String, Value> right) {
    return left.size() == right.size()
        && left.entrySet().stream()
            .allMatch(
                member -> {
                  Value other = right.get(member.getKey());
                  return other != null && equal(member.getValue(), other);
                });
  }

  private static Value plus(Value left, Value right, SqlVersion version) {
    if (left instanceof Text || right instanceof Text) {
      String first = Conversions.text(left, version);
      String second = Conversions.text(right, version);
      return first == null || second == null
          ? Absent.UNDEFINED
          : new Text(Limits.text(first, second));
    }
    return arithmetic(Operator.PLUS, left, right);
  }

  private static Value arithmetic(Operator operator, Value left, Value right) {
    Num first = Conversions.number(left);
    Num second = Conversions.number(right);
    if (first == null || second == null) {
      return Absent.UNDEFINED;
    }
    BigDecimal a = first.number();
    BigDecimal b = second.number();
    boolean whole = first instanceof Int && second instanceof Int;
    @Nullable BigDecimal result =
        switch (operator) {
          case PLUS -> whole ? a.add(b) : a.add(b, Numbers.PRECISION);
          case MINUS -> whole ? a.subtract(b) : a.subtract(b, Numbers.PRECISION);
          case TIMES -> whole ? a.multiply(b) : a.multiply(b, Numbers.PRECISION);
          case DIVIDE -> divide(a, b, whole);
          case MODULO -> b.signum() == 0 ? null : a.remainder(b);
          default -> throw new IllegalArgumentException("no arithmetic: " + operator);
        };
    if (result == null) {
      return Absent.UNDEFINED;
    }
    return whole ? Numbers.integer(result) : Numbers.decimal(result.round(Numbers.PRECISION));
  }

  /**
   * Integer division by the operator table, though a sample of the SET page shows a fraction: this
   * is the one place that decides it.
   */
  private static @Nullable BigDecimal divide(BigDecimal a, BigDecimal b, boolean whole) {
    if (b.signum() == 0) {
      return null;
    }
    return whole
        ? new BigDecimal(a.toBigInteger().divide(b.toBigInteger()))
        : a.divide(b, Numbers.PRECISION);
  }
}
