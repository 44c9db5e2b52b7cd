package io.thingstead.rules;

/**
 * Limits of one account's rules.
 *
 * @param rulesMax rules
 * @param destinationsMax HTTP destinations
 * @param pendingMax messages that are evaluated or whose actions are not done
 * @param pendingBytesMax their payloads in bytes
 * @param parallelMax runs of one action at one time
 */
public record RuleSettings(
    int rulesMax, int destinationsMax, int pendingMax, long pendingBytesMax, int parallelMax) {
  /** What an account gets unless told otherwise. */
  public static final RuleSettings DEFAULTS = new RuleSettings(1000, 1000, 10_000, 64L << 20, 64);
}
