package io.thingstead.shadow;

import java.time.Duration;

/** Runs a task after a while, off the shards' and event loops' threads; tests do not wait. */
@FunctionalInterface
public interface Later {
  void run(Duration wait, Runnable task);
}
