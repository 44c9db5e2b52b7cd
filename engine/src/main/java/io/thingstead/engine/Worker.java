package io.thingstead.engine;

/** A loop's body: the work of one thread, cut into turns. */
@FunctionalInterface
public interface Worker {
  /** Waits until it is woken. */
  long UNTIL_WOKEN = Long.MAX_VALUE;

  /**
   * Does a bounded amount of work.
   *
   * @return milliseconds after which it wants to be called again: 0 at once, {@link #UNTIL_WOKEN}
   *     not before it is woken
   */
  long work();
}
