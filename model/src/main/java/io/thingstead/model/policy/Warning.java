package io.thingstead.model.policy;

/**
 * What is legal in a document but hardly meant.
 *
 * @param statement its place in the document, from 1
 * @param text a clause for people
 */
public record Warning(Kind kind, int statement, String text) {
  /** What kind of mistake it looks like. */
  public enum Kind {
    /** It allows more than a device needs. */
    TOO_WIDE,
    /** It, or a part of it, can apply to nothing. */
    NEVER_APPLIES,
    /** It depends on a variable that has no value, or not for every caller. */
    NO_VALUE,
    /** A wildcard that means something else here than its author seems to think. */
    WILDCARD
  }

  /** As people read it: {@code statement 2: …}. */
  @Override
  public String toString() {
    return "statement " + statement + ": " + text;
  }
}
