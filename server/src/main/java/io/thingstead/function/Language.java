package io.thingstead.function;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;

/** What runs a function's code. */
enum Language {
  /** A module with a handler, by the Node.js of this machine, whatever its version. */
  NODE,
  /** A module with a handler, by the Python of this machine. */
  PYTHON,
  /** An executable {@code bootstrap} that speaks the Runtime API itself. */
  PROVIDED;

  /**
   * The language of a runtime as the API names it.
   *
   * @throws ApiException INVALID_PARAMETER_VALUE for one that does not run here
   */
  static Language of(String runtime) {
    if (runtime.startsWith("nodejs")) {
      return NODE;
    }
    if (runtime.startsWith("python3.")) {
      return PYTHON;
    }
    if (runtime.equals("provided") || runtime.startsWith("provided.")) {
      return PROVIDED;
    }
    throw new ApiException(
        AwsError.INVALID_PARAMETER_VALUE,
        "The runtime parameter of "
            + runtime
            + " is not supported by this server: use nodejs20.x, python3.12 or provided.al2023");
  }
}
