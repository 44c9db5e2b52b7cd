package io.thingstead.model.sql;

/** The operators of two operands, from the loosest to the tightest binding. */
enum Operator {
  OR("OR", 1),
  AND("AND", 2),
  EQUAL("=", 4),
  NOT_EQUAL("<>", 4),
  LESS("<", 4),
  LESS_OR_EQUAL("<=", 4),
  GREATER(">", 4),
  GREATER_OR_EQUAL(">=", 4),
  PLUS("+", 5),
  MINUS("-", 5),
  TIMES("*", 6),
  DIVIDE("/", 6),
  MODULO("%", 6);

  /** Binding of NOT, between AND and the comparisons. */
  static final int NOT_POWER = 3;

  /** Binding of the comparisons, which do not chain. */
  static final int COMPARISON_POWER = 4;

  /** Binding of the sign, tighter than every operator of two operands. */
  static final int SIGN_POWER = 7;

  private final String symbol;
  private final int power;

  Operator(String symbol, int power) {
    this.symbol = symbol;
    this.power = power;
  }

  String symbol() {
    return symbol;
  }

  int power() {
    return power;
  }
}
