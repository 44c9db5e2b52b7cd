package io.thingstead.engine;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One account's part of a shard: the only face of the engine that feature code holds. Any thread
 * may call it.
 */
public final class AccountShard {
  private final Shard shard;
  private final long account;

  AccountShard(Shard shard, long account) {
    this.shard = shard;
    this.account = account;
  }

  /**
   * Queues a command for the shard's owner. The future completes when the command's changes, and
   * all that it could have seen, are durable; with {@link StoreUnavailableException} when disk
   * space is short, the queue is full or the commit failed; or with what {@code decide} threw. It
   * completes on the shard's thread: what is chained to it must not block.
   */
  public <R extends @Nullable Object> CompletableFuture<R> submit(Command<R> command) {
    return shard.submit(account, command);
  }

  /**
   * As {@link #submit}, waiting: for virtual threads, never for an event loop or a shard's thread.
   * Throws what {@code decide} threw.
   *
   * @throws IllegalStateException on a shard's or the commit thread
   */
  public <R extends @Nullable Object> R call(Command<R> command) {
    return shard.await(submit(command));
  }

  /**
   * Reads durable rows; never the overlay, so also while disk space is short. Sees everything that
   * {@link #call} has returned from. Blocks on disk: not for event loops.
   */
  public Rows durable() {
    return shard.durable(account);
  }

  public ShardId id() {
    return shard.id();
  }

  /** The account's number. */
  public long account() {
    return account;
  }
}
