package io.thingstead.broker;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A part of the server that gets matching messages as a subscriber does: rules, shadows. Called on
 * the publisher's event loop, so it must not block.
 */
@FunctionalInterface
public interface Sink {
  /**
   * Takes a message.
   *
   * @return null when nothing is left to do before the publisher is acknowledged; else a stage that
   *     completes when this sink's part is durable, or fails when it never will be
   */
  @Nullable CompletionStage<?> accept(Message message);
}
