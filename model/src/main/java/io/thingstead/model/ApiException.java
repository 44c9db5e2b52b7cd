package io.thingstead.model;

/**
 * The one exception that becomes a wire error: a caller asked for something that cannot be done.
 * The message is ours and says what was refused and what to do; the error name is exact.
 */
public final class ApiException extends RuntimeException {
  private final AwsError error;

  public ApiException(AwsError error, String message) {
    // No stack trace: a refused request is an answer, not a fault, and must stay cheap.
    super(message, null, false, false);
    this.error = error;
  }

  /** What the caller is told by name. */
  public AwsError error() {
    return error;
  }

  /** The message, which is never absent. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
