package io.thingstead.function;

import org.jspecify.annotations.Nullable;

/**
 * How a run of a function ended.
 *
 * @param payload what it answered, JSON as a rule; the description of the error if it failed
 * @param error null when it answered, else {@code Unhandled}
 * @param logTail the last 4 KiB of its log of this run, UTF-8
 */
public record FunctionResult(byte[] payload, @Nullable String error, String logTail) {
  static final String UNHANDLED = "Unhandled";

  /** Whether the function failed, was stopped or died. */
  public boolean failed() {
    return error != null;
  }
}
