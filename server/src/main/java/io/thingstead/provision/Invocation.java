package io.thingstead.provision;

/** Calls a function of the account and waits for what it answers. */
@FunctionalInterface
public interface Invocation {
  /**
   * Blocks: for virtual threads.
   *
   * @param functionArn which function
   * @param sourceArn for which resource of the account; the function's policy must allow it
   * @param event JSON
   * @return JSON
   * @throws RuntimeException saying why there is no answer
   */
  byte[] call(String functionArn, String sourceArn, byte[] event);
}
