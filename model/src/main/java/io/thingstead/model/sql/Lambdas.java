package io.thingstead.model.sql;

/** Calls the functions that a statement names with {@code aws_lambda}. It may block. */
@FunctionalInterface
public interface Lambdas {
  /** For statements that are only looked at. */
  Lambdas NONE =
      (function, _) -> {
        throw new IllegalStateException("no function is called here: " + function);
      };

  /**
   * Waits for the answer.
   *
   * @param functionArn as the statement has it
   * @param event JSON in UTF-8
   * @return JSON in UTF-8
   * @throws RuntimeException saying why there is no answer
   */
  byte[] call(String functionArn, byte[] event);
}
