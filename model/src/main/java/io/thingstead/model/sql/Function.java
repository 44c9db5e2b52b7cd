package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;

/**
 * A function of the rule SQL.
 *
 * @param name in lower case
 * @param since the first version that has it
 * @param min the least number of arguments
 * @param max the largest number of arguments
 */
record Function(String name, SqlVersion since, int min, int max, Body body) {
  /** Computes the result; Undefined when the arguments are not of the right kind. */
  @FunctionalInterface
  interface Body {
    Value call(Arguments arguments);
  }

  /** A function that every version has. */
  static Function of(String name, int min, int max, Body body) {
    return new Function(name, SqlVersion.V2015_10_08, min, max, body);
  }

  /** A function of one argument. */
  static Function of(String name, Body body) {
    return of(name, 1, 1, body);
  }

  Function since2016() {
    return new Function(name, SqlVersion.V2016_03_23, min, max, body);
  }

  /** The result; Undefined when there are too few or too many arguments. */
  Value call(Arguments arguments) {
    int count = arguments.count();
    return count < min || count > max ? Absent.UNDEFINED : body.call(arguments);
  }
}
