package io.thingstead.engine;

/** The store cannot read a row: the disk fails or a file is damaged. Nothing was changed. */
public final class StoreReadException extends RuntimeException {
  public StoreReadException(String message, Throwable cause) {
    super(message, cause);
  }

  public StoreReadException(String message) {
    super(message);
  }
}
