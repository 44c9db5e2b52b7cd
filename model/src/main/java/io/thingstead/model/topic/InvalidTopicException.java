package io.thingstead.model.topic;

/** A text that is no topic name or filter; the message is a whole clause for people. */
public final class InvalidTopicException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String limit;

  InvalidTopicException(String message) {
    this("", message);
  }

  /** One that would be allowed, were it not for a limit of {@code model.Limits}. */
  InvalidTopicException(String limit, String message) {
    // No stack trace: clients can cause it at will.
    super(message, null, false, false);
    this.limit = limit;
  }

  /** The limit that is exceeded, such as {@code topics.bytes}; empty when no limit would help. */
  public String limit() {
    return limit;
  }
}
