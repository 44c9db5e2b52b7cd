package io.thingstead.engine;

import org.jspecify.annotations.Nullable;

/**
 * A question put to the owner of a shard. It must be a pure function of what it reads from the
 * transaction: no I/O, no blocking.
 *
 * @param <R> the reply, released only when the changes are durable
 */
@FunctionalInterface
public interface Command<R extends @Nullable Object> {
  /** Decides; an exception refuses the command and discards its changes. */
  R decide(Tx tx);
}
