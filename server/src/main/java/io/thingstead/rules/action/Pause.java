package io.thingstead.rules.action;

import java.time.Duration;

/** How a virtual thread waits between two tries; tests do not wait. */
@FunctionalInterface
public interface Pause {
  void pause(Duration time) throws InterruptedException;
}
