package io.thingstead.broker;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the branches of one publish that are not yet safe. It belongs to one lane; branches on
 * others are completed by message.
 */
public final class Receipt {
  private final Lane lane;

  // One for whoever hands it out, until sealed.
  private int open = 1;
  private Outcome outcome = Outcome.ACCEPTED;
  private @Nullable Consumer<Outcome> listener;

  Receipt(Lane lane) {
    this.lane = lane;
  }

  Lane lane() {
    return lane;
  }

  /** Adds a branch; {@link #complete} ends it. */
  void branch() {
    open++;
  }

  /** Ends a branch; on its lane only. */
  void complete(Outcome branch) {
    outcome = outcome.and(branch);
    if (--open == 0 && listener != null) {
      listener.accept(outcome);
    }
  }

  /** No further branch comes: tells the listener when the last one is complete. */
  public void seal(Consumer<Outcome> listener) {
    this.listener = listener;
    complete(Outcome.ACCEPTED);
  }
}
