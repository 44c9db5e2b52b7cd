package io.thingstead.model;

import java.util.Map;

/**
 * The one exception that becomes a wire error: a caller asked for something that cannot be done.
 * The message is ours and says what was refused and what to do; the error name is exact. A subclass
 * only adds what those who log want to know; the wire error is this one.
 */
public class ApiException extends RuntimeException {
  private final AwsError error;
  private final transient Map<String, String> members;

  public ApiException(AwsError error, String message) {
    this(error, message, Map.of());
  }

  /**
   * An error whose shape has more members than a message, such as ResourceAlreadyExists.
   *
   * @param members by wire name: {@code resourceId}, {@code resourceArn}
   */
  public ApiException(AwsError error, String message, Map<String, String> members) {
    // No stack trace: a refused request is an answer, not a fault, and must stay cheap.
    super(message, null, false, false);
    this.error = error;
    this.members = Map.copyOf(members);
  }

  /** What the caller is told by name. */
  public AwsError error() {
    return error;
  }

  /** The error's further members by wire name. */
  public Map<String, String> members() {
    return members;
  }

  /** The message, which is never absent. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
