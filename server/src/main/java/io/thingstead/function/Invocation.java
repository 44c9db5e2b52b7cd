package io.thingstead.function;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One event on its way through a process.
 *
 * @param id a UUID, the request id of the log
 * @param clientContext JSON, or null
 * @param taken completes when the process has it
 * @param ended completes with what became of it
 * @param logged completes when all that the handler wrote has been read
 */
record Invocation(
    String id,
    byte[] payload,
    @Nullable String clientContext,
    CompletableFuture<Void> taken,
    CompletableFuture<Ended> ended,
    CompletableFuture<Void> logged) {
  static Invocation of(String id, byte[] payload, @Nullable String clientContext) {
    return new Invocation(
        id,
        payload,
        clientContext,
        new CompletableFuture<>(),
        new CompletableFuture<>(),
        new CompletableFuture<>());
  }

  /** What the process said, or was said of it. */
  record Ended(byte[] payload, @Nullable String error) {}
}
