package io.thingstead.engine;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where workers run: threads, or one simulated thread. */
public interface Workers extends AutoCloseable {
  /**
   * Runs a worker, one turn at a time, until closed.
   *
   * @return wakes it; callable from any thread, cheap while it is awake
   */
  Runnable start(String name, Worker worker);

  /**
   * Waits for a result that workers bring about; throws what it failed with.
   *
   * @throws IllegalStateException when a worker calls it, which would wait for itself
   */
  <R extends @Nullable Object> R await(CompletableFuture<R> result);

  /** Lets every worker finish its turn and stops them. */
  @Override
  void close();
}
