package io.thingstead.provision;

/** Calls a function of the account and waits for what it answers. */
@FunctionalInterface
public interface Invocation {
  /**
   * Blocks: for virtual threads.
   *
   * @param functionArn which function
   * @param sourceArn on whose behalf: the function's policy may say who calls it
   * @param event JSON
   * @return JSON
   * @throws RuntimeException saying why there is no answer
   */
  byte[] call(String functionArn, String sourceArn, byte[] event);
}
