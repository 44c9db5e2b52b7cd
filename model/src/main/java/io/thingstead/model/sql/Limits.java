package io.thingstead.model.sql;

/** Bounds on statements and on what they may compute. */
final class Limits {
  /** Characters of a statement or template. */
  static final int STATEMENT_MAX = 128 * 1024;

  /** Nesting of parentheses, calls, literals and queries. */
  static final int DEPTH_MAX = 64;

  /** Nodes of one expression tree, which bounds the recursion over a chain such as a + b + c. */
  static final int NODES_MAX = 2000;

  /** Nesting of a payload; a deeper one is not taken for JSON. */
  static final int PAYLOAD_DEPTH_MAX = 256;

  /** Characters of a computed string, bytes of an output. */
  static final int OUTPUT_MAX = 1024 * 1024;

  /** Variables of a SET. */
  static final int VARIABLES_MAX = 10;

  /** Characters of a variable's name. */
  static final int VARIABLE_NAME_MAX = 64;

  /** Bytes of all variables as JSON. */
  static final int VARIABLE_BYTES_MAX = 128 * 1024;

  /** Bytes of the result of transform as JSON. */
  static final int TRANSFORM_BYTES_MAX = 128 * 1024;

  private Limits() {}

  /** The text, which may not outgrow {@link #OUTPUT_MAX}. */
  static StringBuilder checkText(StringBuilder text) {
    if (text.length() > OUTPUT_MAX) {
      throw new EvaluationException("a string would be longer than " + OUTPUT_MAX + " characters");
    }
    return text;
  }

  /** The concatenation, within {@link #OUTPUT_MAX}. */
  static String text(String first, String second) {
    if ((long) first.length() + second.length() > OUTPUT_MAX) {
      throw new EvaluationException("a string would be longer than " + OUTPUT_MAX + " characters");
    }
    return first.concat(second);
  }
}
