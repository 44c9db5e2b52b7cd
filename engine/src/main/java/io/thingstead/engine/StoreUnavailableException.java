package io.thingstead.engine;

/**
 * The store cannot take the change now: disk space is short, a queue is full or a commit failed.
 */
public final class StoreUnavailableException extends RuntimeException {
  public StoreUnavailableException(String message) {
    super(message, null, false, false);
  }
}
