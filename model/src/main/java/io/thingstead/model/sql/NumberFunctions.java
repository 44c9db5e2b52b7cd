package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Int;
import io.thingstead.model.sql.Value.Num;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Functions of numbers. Those of analysis compute in double precision. */
final class NumberFunctions {
  /** Most decimal places that trunc keeps. */
  private static final int PLACES_MAX = 34;

  static final List<Function> ALL =
      List.of(
          Function.of("abs", NumberFunctions::abs),
          real("acos", Math::acos),
          real("asin", Math::asin),
          real("atan", Math::atan),
          real("cos", Math::cos),
          real("cosh", Math::cosh),
          real("exp", Math::exp),
          real("ln", Math::log),
          real("log", Math::log10),
          real("sin", Math::sin),
          real("sinh", Math::sinh),
          real("sqrt", Math::sqrt),
          real("tan", Math::tan),
          real("tanh", Math::tanh),
          real("atan2", Math::atan2),
          real("power", Math::pow),
          bits("bitand", BigInteger::and),
          bits("bitor", BigInteger::or),
          bits("bitxor", BigInteger::xor),
          Function.of("bitnot", NumberFunctions::bitNot),
          rounding("ceil", RoundingMode.CEILING),
          rounding("floor", RoundingMode.FLOOR),
          rounding("round", RoundingMode.HALF_UP),
          Function.of("mod", 2, 2, NumberFunctions::remainder),
          Function.of("remainder", 2, 2, NumberFunctions::remainder),
          Function.of("sign", NumberFunctions::sign),
          Function.of("trunc", 2, 2, NumberFunctions::trunc),
          Function.of("rand", 0, 0, call -> Numbers.real(call.input().random().nextDouble())));

  private NumberFunctions() {}

  private static Function real(String name, DoubleUnaryOperator operator) {
    return Function.of(
        name,
        call -> {
          Num x = call.number(0);
          return x == null
              ? Absent.UNDEFINED
              : Numbers.real(operator.applyAsDouble(x.number().doubleValue()));
        });
  }

  private static Function real(String name, DoubleBinaryOperator operator) {
    return Function.of(
        name,
        2,
        2,
        call -> {
          Num x = call.number(0);
          Num y = call.number(1);
          return x == null || y == null
              ? Absent.UNDEFINED
              : Numbers.real(
                  operator.applyAsDouble(x.number().doubleValue(), y.number().doubleValue()));
        });
  }

  private static Function bits(String name, BinaryOperator<BigInteger> operator) {
    return Function.of(
        name,
        2,
        2,
        call -> {
          BigDecimal x = call.floor(0);
          BigDecimal y = call.floor(1);
          return x == null || y == null
              ? Absent.UNDEFINED
              : Numbers.integer(new BigDecimal(operator.apply(x.toBigInteger(), y.toBigInteger())));
        });
  }

  private static Function rounding(String name, RoundingMode mode) {
    return Function.of(
        name,
        call -> {
          Num x = call.number(0);
          return x == null ? Absent.UNDEFINED : Numbers.integer(x.number().setScale(0, mode));
        });
  }

  private static Value abs(Arguments call) {
    Num x = call.number(0);
    if (x == null) {
      return Absent.UNDEFINED;
    }
    return x instanceof Int ? new Int(x.number().abs()) : Numbers.decimal(x.number().abs());
  }

  /** The two's complement; a sample of the reference shows four bits of it. */
  private static Value bitNot(Arguments call) {
    BigDecimal x = call.floor(0);
    return x == null ? Absent.UNDEFINED : Numbers.integer(new BigDecimal(x.toBigInteger().not()));
  }

  private static Value remainder(Arguments call) {
    return Operators.apply(Operator.MODULO, call.value(0), call.value(1), call.version());
  }

  private static Value sign(Arguments call) {
    Num x = call.number(0);
    return x == null ? Absent.UNDEFINED : Int.of(x.number().signum());
  }

  private static Value trunc(Arguments call) {
    Num x = call.number(0);
    BigDecimal places = call.floor(1);
    if (x == null || places == null) {
      return Absent.UNDEFINED;
    }
    if (x instanceof Int) {
      return x;
    }
    int kept = places.max(BigDecimal.ZERO).min(BigDecimal.valueOf(PLACES_MAX)).intValueExact();
    return Numbers.decimal(x.number().setScale(kept, RoundingMode.DOWN).stripTrailingZeros());
  }
}
