package io.thingstead.model.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * A text of a document with its wildcards and variables found.
 *
 * @param source as written
 */
record Template(String source, List<Part> parts) {
  Template {
    parts = List.copyOf(parts);
  }

  sealed interface Part {
    /** Stands for itself. */
    record Literal(String text) implements Part {}

    /** {@code ${NAME}}: stands for a value that is data, never a wildcard. */
    record Variable(String name) implements Part {}

    /** A wildcard. */
    enum Wildcard implements Part {
      /** {@code *}: any run of characters, {@code /} among them, or none. */
      RUN,
      /** {@code ?}: exactly one character. */
      ONE
    }
  }

  /**
   * Reads a text.
   *
   * @param variables whether {@code ${NAME}} and the escapes {@code ${*}}, {@code ${?}}, {@code
   *     ${$}} (also with round brackets) mean something: since version 2012-10-17
   * @param wildcards whether {@code *} and {@code ?} do
   */
  static Template parse(String source, boolean variables, boolean wildcards) {
    List<Part> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    int at = 0;
    while (at < source.length()) {
      char c = source.charAt(at);
      if (variables && c == '$' && isEscape(source, at)) {
        literal.append(source.charAt(at + 2));
        at += 4;
      } else if (variables && c == '$' && source.startsWith("${", at)) {
        int end = source.indexOf('}', at);
        if (end < 0) {
          throw new MalformedPolicyException("'" + source + "' has a ${ without its }");
        }
        flush(literal, parts);
        parts.add(new Part.Variable(variable(source, at + 2, end)));
        at = end + 1;
      } else if (wildcards && (c == '*' || c == '?')) {
        flush(literal, parts);
        parts.add(c == '*' ? Part.Wildcard.RUN : Part.Wildcard.ONE);
        at++;
      } else {
        literal.append(c);
        at++;
      }
    }
    flush(literal, parts);
    return new Template(source, parts);
  }

  private static boolean isEscape(String source, int at) {
    if (at + 3 >= source.length()) {
      return false;
    }
    char open = source.charAt(at + 1);
    char escaped = source.charAt(at + 2);
    char close = source.charAt(at + 3);
    return (open == '{' && close == '}' || open == '(' && close == ')')
        && (escaped == '*' || escaped == '?' || escaped == '$');
  }

  private static String variable(String source, int start, int end) {
    String name = source.substring(start, end).strip();
    if (name.isEmpty()) {
      throw new MalformedPolicyException("'" + source + "' has a variable without a name");
    }
    return name;
  }

  private static void flush(StringBuilder literal, List<Part> parts) {
    if (!literal.isEmpty()) {
      parts.add(new Part.Literal(literal.toString()));
      literal.setLength(0);
    }
  }

  /** The names of its variables, as written. */
  List<String> variables() {
    return parts.stream()
        .filter(Part.Variable.class::isInstance)
        .map(part -> ((Part.Variable) part).name())
        .toList();
  }
}
