package io.thingstead.engine;

/**
 * Receives messages of the outbox and of timers, as a command of the shard that they were sent to.
 * It must be a pure function of what it reads. If it throws, that is logged and counted and the
 * message is dropped: it would throw again.
 */
@FunctionalInterface
public interface Handler {
  void handle(Tx tx, byte[] message);
}
