package io.thingstead.rules;

import java.util.concurrent.atomic.LongAdder;

/**
 * What a rule has done since the start of the server.
 *
 * @param matched messages on its topics, before WHERE
 * @param failures evaluations that failed
 * @param dropped messages refused because too many wait
 * @param actionsDone runs of actions that succeeded
 * @param actionsFailed runs of actions that failed after all tries
 * @param errorActionsDone runs of the error action that succeeded
 * @param errorActionsFailed runs of the error action that failed
 */
public record RuleStats(
    LongAdder matched,
    LongAdder failures,
    LongAdder dropped,
    LongAdder actionsDone,
    LongAdder actionsFailed,
    LongAdder errorActionsDone,
    LongAdder errorActionsFailed) {
  RuleStats() {
    this(
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder());
  }

  /** Adds what another has counted. */
  void add(RuleStats other) {
    matched.add(other.matched.sum());
    failures.add(other.failures.sum());
    dropped.add(other.dropped.sum());
    actionsDone.add(other.actionsDone.sum());
    actionsFailed.add(other.actionsFailed.sum());
    errorActionsDone.add(other.errorActionsDone.sum());
    errorActionsFailed.add(other.errorActionsFailed.sum());
  }
}
