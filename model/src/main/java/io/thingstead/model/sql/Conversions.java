package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Arr;
import io.thingstead.model.sql.Value.Bool;
import io.thingstead.model.sql.Value.Decimal;
import io.thingstead.model.sql.Value.Int;
import io.thingstead.model.sql.Value.Num;
import io.thingstead.model.sql.Value.Obj;
import io.thingstead.model.sql.Value.Text;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * The conversions of the rule SQL: implicit ones, which give null where the tables say Undefined,
 * and CAST.
 */
final class Conversions {
  private Conversions() {}

  /** The number of a number or a numeric string. */
  static @Nullable Num number(Value value) {
    return switch (value) {
      case Num number -> number;
      case Text(String text) -> {
        BigDecimal parsed = Numbers.parse(text);
        yield parsed == null ? null : new Decimal(parsed);
      }
      case Bool _, Arr _, Obj _, Absent _ -> null;
    };
  }

  /** The number rounded down, as most functions take an index. */
  static @Nullable BigDecimal floor(Value value) {
    Num number = number(value);
    return number == null ? null : Numbers.floor(number.number());
  }

  /** The nearest integer of a number, the integral part of a numeric string. */
  static @Nullable BigDecimal integer(Value value) {
    Num number = number(value);
    if (number == null) {
      return null;
    }
    return number
        .number()
        .setScale(0, value instanceof Text ? RoundingMode.DOWN : RoundingMode.HALF_UP);
  }

  static @Nullable Boolean truth(Value value) {
    return switch (value) {
      case Bool(boolean truth) -> truth;
      case Text(String text) -> truth(text);
      case Num _, Arr _, Obj _, Absent _ -> null;
    };
  }

  private static @Nullable Boolean truth(String text) {
    if (text.equalsIgnoreCase("true")) {
      return Boolean.TRUE;
    }
    return text.equalsIgnoreCase("false") ? Boolean.FALSE : null;
  }

  static @Nullable String text(Value value, SqlVersion version) {
    return switch (value) {
      case Text(String text) -> text;
      case Num number -> Numbers.print(number, version);
      case Bool(boolean truth) -> truth ? "true" : "false";
      case Arr _, Obj _ -> JsonWriter.text(value, version);
      case Absent _ -> null;
    };
  }

  /** {@code CAST(value AS type)}. */
  static Value cast(Value value, CastType type, SqlVersion version) {
    return switch (type) {
      case STRING -> {
        String text = text(value, version);
        yield text == null ? Absent.UNDEFINED : new Text(text);
      }
      case INT -> {
        BigDecimal number = castNumber(value);
        yield number == null ? Absent.UNDEFINED : Numbers.integer(Numbers.floor(number));
      }
      case DECIMAL -> {
        BigDecimal number = castNumber(value);
        yield number == null ? Absent.UNDEFINED : Numbers.decimal(number);
      }
      case DOUBLE -> {
        BigDecimal number = castNumber(value);
        yield number == null ? Absent.UNDEFINED : Numbers.real(number.doubleValue());
      }
      case BOOLEAN -> {
        Boolean truth =
            value instanceof Num number
                ? Boolean.valueOf(number.number().signum() != 0)
                : truth(value);
        yield truth == null ? Absent.UNDEFINED : Bool.of(truth);
      }
    };
  }

  private static @Nullable BigDecimal castNumber(Value value) {
    if (value instanceof Bool(boolean truth)) {
      return truth ? BigDecimal.ONE : BigDecimal.ZERO;
    }
    if (value instanceof Int(BigDecimal number)) {
      return number;
    }
    Num number = number(value);
    return number == null ? null : number.number();
  }
}
