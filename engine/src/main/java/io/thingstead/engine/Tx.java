package io.thingstead.engine;

import java.time.Instant;

/**
 * What a command sees and changes while it is decided: reads see the changes that were decided
 * before, durable or not. All its changes reach the store as one atomic batch, or none does. Only
 * valid inside {@link Command#decide}, on the shard's own thread.
 */
public interface Tx extends Rows {
  void put(Table table, Key key, byte[] value);

  void delete(Table table, Key key);

  /** Deletes all rows whose key begins with the prefix, without reading them. */
  void deleteAll(Table table, Key prefix);

  /** Runs after this command's batch is durable, before its reply, on the shard's thread. */
  void afterDurable(Runnable effect);

  /**
   * An effect that must survive: a command for another shard (or this one) of the same account,
   * kept in this batch and delivered at least once, applied once.
   *
   * @param handler the name under which the receiver registered with {@link Engine#handler}
   */
  void send(ShardId to, String handler, byte[] message);

  /** A timer that must survive; replaces one of the same id. */
  void schedule(String id, Instant due, String handler, byte[] message);

  void cancel(String id);

  /** The engine's clock, the only one a command may read. */
  Instant now();
}
