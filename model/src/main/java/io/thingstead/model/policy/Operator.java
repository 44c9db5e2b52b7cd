package io.thingstead.model.policy;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The operators of conditions, without {@code IfExists} and set prefixes. */
enum Operator {
  STRING_EQUALS("StringEquals", Kind.TEXT, false),
  STRING_NOT_EQUALS("StringNotEquals", Kind.TEXT, true),
  STRING_EQUALS_IGNORE_CASE("StringEqualsIgnoreCase", Kind.TEXT_IGNORE_CASE, false),
  STRING_NOT_EQUALS_IGNORE_CASE("StringNotEqualsIgnoreCase", Kind.TEXT_IGNORE_CASE, true),
  STRING_LIKE("StringLike", Kind.LIKE, false),
  STRING_NOT_LIKE("StringNotLike", Kind.LIKE, true),
  NUMERIC_EQUALS("NumericEquals", Kind.NUMBER, false),
  NUMERIC_NOT_EQUALS("NumericNotEquals", Kind.NUMBER, true),
  NUMERIC_LESS_THAN("NumericLessThan", Kind.NUMBER, Relation.LESS),
  NUMERIC_LESS_THAN_EQUALS("NumericLessThanEquals", Kind.NUMBER, Relation.LESS_OR_EQUAL),
  NUMERIC_GREATER_THAN("NumericGreaterThan", Kind.NUMBER, Relation.GREATER),
  NUMERIC_GREATER_THAN_EQUALS("NumericGreaterThanEquals", Kind.NUMBER, Relation.GREATER_OR_EQUAL),
  DATE_EQUALS("DateEquals", Kind.DATE, false),
  DATE_NOT_EQUALS("DateNotEquals", Kind.DATE, true),
  DATE_LESS_THAN("DateLessThan", Kind.DATE, Relation.LESS),
  DATE_LESS_THAN_EQUALS("DateLessThanEquals", Kind.DATE, Relation.LESS_OR_EQUAL),
  DATE_GREATER_THAN("DateGreaterThan", Kind.DATE, Relation.GREATER),
  DATE_GREATER_THAN_EQUALS("DateGreaterThanEquals", Kind.DATE, Relation.GREATER_OR_EQUAL),
  BOOL("Bool", Kind.BOOL, false),
  BINARY_EQUALS("BinaryEquals", Kind.BINARY, false),
  IP_ADDRESS("IpAddress", Kind.ADDRESS, false),
  NOT_IP_ADDRESS("NotIpAddress", Kind.ADDRESS, true),
  ARN_EQUALS("ArnEquals", Kind.ARN, false),
  ARN_NOT_EQUALS("ArnNotEquals", Kind.ARN, true),
  ARN_LIKE("ArnLike", Kind.ARN, false),
  ARN_NOT_LIKE("ArnNotLike", Kind.ARN, true),
  NULL("Null", Kind.NULL, false);

  /** What the two sides are read as. */
  enum Kind {
    TEXT,
    TEXT_IGNORE_CASE,
    LIKE,
    NUMBER,
    DATE,
    BOOL,
    BINARY,
    ADDRESS,
    ARN,
    NULL
  }

  /** How the actual value must stand to the document's. */
  enum Relation {
    EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL;

    boolean holds(int comparison) {
      return switch (this) {
        case EQUAL -> comparison == 0;
        case LESS -> comparison < 0;
        case LESS_OR_EQUAL -> comparison <= 0;
        case GREATER -> comparison > 0;
        case GREATER_OR_EQUAL -> comparison >= 0;
      };
    }
  }

  static final Map<String, Operator> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(Operator::wireName, Function.identity()));

  private final String wireName;
  private final Kind kind;
  private final Relation relation;
  private final boolean negated;

  Operator(String wireName, Kind kind, boolean negated) {
    this(wireName, kind, Relation.EQUAL, negated);
  }

  Operator(String wireName, Kind kind, Relation relation) {
    this(wireName, kind, relation, false);
  }

  Operator(String wireName, Kind kind, Relation relation, boolean negated) {
    this.wireName = wireName;
    this.kind = kind;
    this.relation = relation;
    this.negated = negated;
  }

  String wireName() {
    return wireName;
  }

  Kind kind() {
    return kind;
  }

  Relation relation() {
    return relation;
  }

  /** True for the Not… operators: they hold when none of the document's values fits. */
  boolean negated() {
    return negated;
  }

  /** Whether {@code *} and {@code ?} in the document's values are wildcards. */
  boolean wildcards() {
    return kind == Kind.LIKE || kind == Kind.ARN;
  }
}
