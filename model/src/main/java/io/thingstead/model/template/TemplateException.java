package io.thingstead.model.template;

/**
 * A text that is no provisioning template, or one that these parameters do not fill; the message is
 * a whole clause that says where and why.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TemplateException(String message) {
    // No stack trace: callers can cause it at will.
    super(message, null, false, false);
  }

  TemplateException(Position at, String message) {
    this(at + ": " + message);
  }

  /** The message, which is never absent. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
