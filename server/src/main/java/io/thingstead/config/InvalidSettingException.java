package io.thingstead.config;

/** A setting that cannot be used; the message says which, where it came from and what would do. */
public final class InvalidSettingException extends RuntimeException {
  public InvalidSettingException(String message) {
    super(message, null, false, false);
  }
}
