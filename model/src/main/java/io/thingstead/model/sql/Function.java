package io.thingstead.model.sql;

/**
 * A function of the rule SQL.
 *
 * @param name in lower case
 * @param since the first version that has it
 */
record Function(String name, SqlVersion since, Body body) {
  /** Computes the result; Undefined when the arguments do not fit in number or kind. */
  @FunctionalInterface
  interface Body {
    Value call(Arguments arguments);
  }
}
