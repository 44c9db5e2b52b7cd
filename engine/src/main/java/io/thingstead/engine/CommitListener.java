package io.thingstead.engine;

import org.jspecify.annotations.Nullable;

/** Hears what became of a batch. */
@FunctionalInterface
public interface CommitListener {
  /**
   * Called once, on the commit thread: hand over to your own loop and return.
   *
   * @param batch the batch that was submitted, the caller's again
   * @param failure null when the batch is durable, else why nothing of it was written
   */
  void committed(Batch batch, @Nullable StoreUnavailableException failure);
}
