package io.thingstead.engine.rocks;

/** The data directory cannot be used; the message says why and what to do. */
public final class UnusableDataException extends RuntimeException {
  public UnusableDataException(String message) {
    super(message);
  }

  public UnusableDataException(String message, Throwable cause) {
    super(message, cause);
  }
}
