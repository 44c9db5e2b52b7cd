package io.thingstead.model.policy;

import io.thingstead.model.Limits;
import java.util.List;
import java.util.Objects;

/** A policy document that has been read: it obeys the grammar (developer guide, "Policies"). */
public final class PolicyDocument {
  static final PolicyDocument NONE = new PolicyDocument("", List.of());

  private final String text;
  private final List<Statement> statements;

  PolicyDocument(String text, List<Statement> statements) {
    this.text = text;
    this.statements = List.copyOf(statements);
  }

  /**
   * Reads a document of any size.
   *
   * @throws MalformedPolicyException saying where and why it is none
   */
  public static PolicyDocument parse(String json) {
    return new PolicyDocument(json, DocumentParser.parse(json));
  }

  /**
   * Reads a document of a size that the limits allow; white space is not counted.
   *
   * @throws MalformedPolicyException saying where and why it is none
   */
  public static PolicyDocument parse(String json, Limits.Policies limits) {
    if (json.length() > limits.documentCharsRaw()) {
      throw new MalformedPolicyException(
          "the document has %d characters, more than %d"
              .formatted(json.length(), limits.documentCharsRaw()));
    }
    long chars = json.chars().filter(c -> !Character.isWhitespace(c)).count();
    if (chars > limits.documentChars()) {
      throw new MalformedPolicyException(
          "the document has %d characters besides white space, more than %d"
              .formatted(chars, limits.documentChars()));
    }
    return parse(json);
  }

  /** The document as it was written. */
  public String text() {
    return text;
  }

  /** How many statements it has. */
  public int size() {
    return statements.size();
  }

  List<Statement> statements() {
    return statements;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PolicyDocument document && text.equals(document.text);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(text);
  }

  @Override
  public String toString() {
    return text;
  }
}
