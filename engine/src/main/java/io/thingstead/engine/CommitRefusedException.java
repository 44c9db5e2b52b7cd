package io.thingstead.engine;

/** The store refused a group of batches and is sure that no part of it was written. */
public final class CommitRefusedException extends RuntimeException {
  public CommitRefusedException(String message, Throwable cause) {
    super(message, cause);
  }

  public CommitRefusedException(String message) {
    super(message);
  }
}
