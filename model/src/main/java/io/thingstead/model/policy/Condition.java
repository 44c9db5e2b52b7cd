package io.thingstead.model.policy;

import java.util.List;

/**
 * One key of a Condition block.
 *
 * @param quantifier how a key with several values is taken
 * @param ifExists holds when the key has no value
 * @param key the context key as written
 * @param values of which one must fit, or none for a negated operator
 */
record Condition(
    Operator operator, Quantifier quantifier, boolean ifExists, String key, List<Template> values) {
  private static final String IF_EXISTS = "IfExists";

  Condition {
    values = List.copyOf(values);
  }

  enum Quantifier {
    NONE(""),
    FOR_ALL("ForAllValues:"),
    FOR_ANY("ForAnyValue:");

    private final String prefix;

    Quantifier(String prefix) {
      this.prefix = prefix;
    }
  }

  /** A block's operator name taken apart; still without keys and values. */
  record Head(Operator operator, Quantifier quantifier, boolean ifExists) {
    static Head parse(String name) {
      Quantifier quantifier = Quantifier.NONE;
      if (name.startsWith(Quantifier.FOR_ALL.prefix)) {
        quantifier = Quantifier.FOR_ALL;
      } else if (name.startsWith(Quantifier.FOR_ANY.prefix)) {
        quantifier = Quantifier.FOR_ANY;
      }
      String rest = name.substring(quantifier.prefix.length());
      boolean ifExists = rest.endsWith(IF_EXISTS);
      if (ifExists) {
        rest = rest.substring(0, rest.length() - IF_EXISTS.length());
      }
      Operator operator = Operator.BY_NAME.get(rest);
      if (operator == null) {
        throw new MalformedPolicyException("'" + name + "' is no condition operator");
      }
      if (operator == Operator.NULL && (ifExists || quantifier != Quantifier.NONE)) {
        throw new MalformedPolicyException("Null takes neither " + IF_EXISTS + " nor a set prefix");
      }
      return new Head(operator, quantifier, ifExists);
    }
  }

  /** The operator as a document writes it. */
  String operatorName() {
    return quantifier.prefix + operator.wireName() + (ifExists ? IF_EXISTS : "");
  }
}
