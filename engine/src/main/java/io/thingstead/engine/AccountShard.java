package io.thingstead.engine;

import java.util.concurrent.CompletableFuture;

/**
 * One account's part of a shard: the only face of the engine that feature code holds. Any thread
 * may call it.
 */
public interface AccountShard {
  /**
   * Queues a command for the shard's owner. The future completes when the command's changes, and
   * all that it could have seen, are durable; with {@link StoreUnavailableException} when disk
   * space is short, the queue is full or the commit failed; or with what {@code decide} threw.
   */
  <R> CompletableFuture<R> submit(Command<R> command);

  /**
   * As {@link #submit}, waiting: for virtual threads, never for an event loop or a shard's thread.
   * Throws what {@code decide} threw.
   */
  <R> R call(Command<R> command);

  /** Reads durable rows; never the overlay. Blocks on disk: not for event loops. */
  Rows durable();

  ShardId id();
}
