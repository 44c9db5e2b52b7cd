package io.thingstead.model.policy;

/** A text that is no policy document; the message is a whole clause that says where and why. */
public final class MalformedPolicyException extends RuntimeException {
  private final int line;
  private final int column;

  MalformedPolicyException(String message) {
    this(0, 0, message);
  }

  MalformedPolicyException(int line, int column, String message) {
    // No stack trace: callers can cause it at will.
    super(
        line > 0 ? "line %d, column %d: %s".formatted(line, column, message) : message,
        null,
        false,
        false);
    this.line = line;
    this.column = column;
  }

  /** Where the fault is, from 1; 0 when it is of the document as a whole. */
  public int line() {
    return line;
  }

  /** Where in its line, from 1. */
  public int column() {
    return column;
  }

  /** The message, which is never absent. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
