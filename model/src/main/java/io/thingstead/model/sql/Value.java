package io.thingstead.model.sql;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * A value of the rule SQL. Compare with {@link Operators#equal}, not with {@code equals}, which
 * tells {@code 1.0} from {@code 1.00}.
 */
sealed interface Value {
  /**
   * A number. A BigDecimal of up to 18 digits computes on one {@code long} inside, so that small
   * numbers are cheap.
   */
  sealed interface Num extends Value {
    BigDecimal number();
  }

  /** An integer: its scale is 0. */
  record Int(BigDecimal number) implements Num {
    static Int of(long number) {
      return new Int(BigDecimal.valueOf(number));
    }
  }

  /** A decimal, which keeps the scale it was written with. */
  record Decimal(BigDecimal number) implements Num {}

  record Bool(boolean truth) implements Value {
    static final Bool TRUE = new Bool(true);
    static final Bool FALSE = new Bool(false);

    static Bool of(boolean truth) {
      return truth ? TRUE : FALSE;
    }
  }

  record Text(String text) implements Value {}

  /** Never contains {@link Absent#UNDEFINED}. */
  record Arr(List<Value> items) implements Value {}

  /** In the order of the payload or the SELECT; never contains {@link Absent#UNDEFINED}. */
  record Obj(Map<String, Value> members) implements Value {
    Value member(String name) {
      return members.getOrDefault(name, Absent.UNDEFINED);
    }
  }

  /** The only two values without content. */
  enum Absent implements Value {
    /** JSON null, which is a value. */
    NULL,
    /** The absence of a value. */
    UNDEFINED
  }

  /** Whether there is no value at all; JSON null is one. */
  default boolean isUndefined() {
    return this instanceof Absent absent && absent == Absent.UNDEFINED;
  }
}
