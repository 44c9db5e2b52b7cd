package io.thingstead.function;

import java.time.Duration;

/** Calls functions of an account on behalf of its resources. All methods may wait. */
public interface FunctionCalls {
  /**
   * Calls a function and waits for its answer.
   *
   * @param function name or ARN
   * @param patience for a free place and the answer together; a run that is not over then is
   *     stopped
   * @throws io.thingstead.model.ApiException when it was not called: RESOURCE_NOT_FOUND,
   *     ACCESS_DENIED, TOO_MANY_REQUESTS …
   */
  FunctionResult invoke(String function, byte[] payload, Invoker invoker, Duration patience);

  /**
   * Takes a call that is made as soon as can be, and again if the function fails; when this
   * returns, no crash forgets it.
   *
   * @throws io.thingstead.model.ApiException when it was not taken
   */
  void send(String function, byte[] payload, Invoker invoker);
}
