package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Decimal;
import io.thingstead.model.sql.Value.Int;
import io.thingstead.model.sql.Value.Num;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Making and printing numbers within the bounds of the rule SQL: 34 digits, 1E-999 to 9.9E999. */
final class Numbers {
  static final MathContext PRECISION = MathContext.DECIMAL128;

  /** Largest power of ten of a decimal, and of the inverse of the smallest. */
  private static final int EXPONENT_MAX = 999;

  /** Powers of ten above this are printed with an exponent, as nobody reads so many zeros. */
  private static final int PLAIN_EXPONENT_MAX = 40;

  /** A numeric string longer than this is no number: parsing it costs the square of its length. */
  private static final int TEXT_MAX = 1000;

  private Numbers() {}

  /** An integer result; one of more than 34 digits becomes a decimal. */
  static Value integer(BigDecimal whole) {
    return whole.precision() <= PRECISION.getPrecision()
        ? new Int(whole)
        : decimal(whole.round(PRECISION));
  }

  /** A decimal; undefined when it is too large, zero when it is too small. */
  static Value decimal(BigDecimal number) {
    long exponent = exponent(number);
    if (exponent > EXPONENT_MAX) {
      return Absent.UNDEFINED;
    }
    return exponent < -EXPONENT_MAX ? new Decimal(BigDecimal.ZERO) : new Decimal(number);
  }

  /** The result of a function that computes in double precision. */
  static Value real(double number) {
    return Double.isFinite(number) ? decimal(BigDecimal.valueOf(number)) : Absent.UNDEFINED;
  }

  /**
   * A number as a payload or a statement writes it.
   *
   * @param whole it was written without fraction and exponent
   */
  static Value written(BigDecimal number, boolean whole, SqlVersion version) {
    if (whole) {
      return new Int(number);
    }
    Value decimal = decimal(number);
    return version == SqlVersion.V2016_03_23
            && decimal instanceof Decimal(BigDecimal inRange)
            && isWhole(inRange)
            && exponent(inRange) < PRECISION.getPrecision()
        ? new Int(inRange.setScale(0, RoundingMode.UNNECESSARY))
        : decimal;
  }

  /** The number in a string of the form {@code -?\d+(\.\d+)?(E-?\d+)?}, or null. */
  static @Nullable BigDecimal parse(String text) {
    if (text.length() > TEXT_MAX || !isNumber(text)) {
      return null;
    }
    try {
      return decimal(new BigDecimal(text)) instanceof Decimal(BigDecimal number) ? number : null;
    } catch (NumberFormatException e) {
      return null; // an exponent beyond what BigDecimal can hold
    }
  }

  private static boolean isNumber(String text) {
    int at = digits(text, text.startsWith("-") ? 1 : 0);
    if (at > 0 && at < text.length() && text.charAt(at) == '.') {
      at = digits(text, at + 1);
    }
    if (at > 0 && at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at = digits(text, text.startsWith("-", at + 1) ? at + 2 : at + 1);
    }
    return at == text.length() && at > 0;
  }

  /** The end of the digits that begin at {@code from}, or -1 when there is none. */
  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at > from ? at : -1;
  }

  static boolean isWhole(BigDecimal number) {
    return number.scale() <= 0 || number.stripTrailingZeros().scale() <= 0;
  }

  /** The largest integer not above the number. */
  static BigDecimal floor(BigDecimal number) {
    return number.setScale(0, RoundingMode.FLOOR);
  }

  /** As JSON and as text. Version 1 shows that a whole decimal is one: {@code 10.0}. */
  static String print(Num number, SqlVersion version) {
    BigDecimal value = number.number();
    if (number instanceof Int) {
      return value.toPlainString();
    }
    if (Math.abs(exponent(value)) > PLAIN_EXPONENT_MAX) {
      return value.toString();
    }
    if (version == SqlVersion.V2016_03_23) {
      return isWhole(value)
          ? value.setScale(0, RoundingMode.UNNECESSARY).toPlainString()
          : value.toPlainString();
    }
    return value.scale() <= 0 ? value.toPlainString() + ".0" : value.toPlainString();
  }

  /** The power of ten of the first digit. */
  private static long exponent(BigDecimal number) {
    return number.signum() == 0 ? 0 : (long) number.precision() - number.scale() - 1;
  }
}
