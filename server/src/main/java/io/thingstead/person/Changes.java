package io.thingstead.person;

import io.thingstead.engine.Tx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Counts the changes of what callers of one account may do, and tells of them. */
final class Changes {
  private final AtomicInteger version = new AtomicInteger();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  /** Is told the unique id of whose, or an empty text, on the shard's thread: must not block. */
  void onChange(Consumer<String> listener) {
    listeners.add(listener);
  }

  /** Another number after each change that is durable. */
  int version() {
    return version.get();
  }

  /**
   * Tells of the change that a command makes, once it is durable.
   *
   * @param ownerId unique id of the user or role; empty for many of them
   */
  void tell(Tx tx, String ownerId) {
    tx.afterDurable(
        () -> {
          version.incrementAndGet();
          listeners.forEach(listener -> listener.accept(ownerId));
        });
  }
}
