package io.thingstead.http;

import io.thingstead.api.OperationShape;
import io.thingstead.api.Service;
import io.thingstead.api.Struct;

/**
 * Whether a caller who signed, and is no administrator, may do what an operation means. Asked on
 * the request's virtual thread, before the operation's handler.
 */
@FunctionalInterface
public interface Guard {
  /**
   * Returns if it may.
   *
   * @param input keeps all constraints of the operation
   * @throws io.thingstead.model.ApiException AccessDenied, saying why
   */
  void check(Call call, Service service, OperationShape operation, Struct input);
}
