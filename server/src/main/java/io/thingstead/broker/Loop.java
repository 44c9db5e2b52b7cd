package io.thingstead.broker;

import java.util.concurrent.Executor;

/**
 * One thread that owns sessions: an event loop, or a queue that a simulation drains. Tasks run one
 * after the other, in the order given.
 */
public interface Loop extends Executor {
  /** Whether the caller runs on it. */
  boolean current();
}
