package io.thingstead.model.policy;

/** A text that is no policy document; the message is a whole clause that says where and why. */
public final class MalformedPolicyException extends RuntimeException {
  MalformedPolicyException(String message) {
    // No stack trace: callers can cause it at will.
    super(message, null, false, false);
  }

  /** The message, which is never absent. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
