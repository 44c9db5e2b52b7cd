package io.thingstead.engine;

/** Column families, by access pattern; never one per shard or account. */
public enum Family {
  /** Small rows read and overwritten at random. */
  STATE,
  /** Rows written once, read once in order and deleted by range. */
  QUEUE,
  /** Rows appended and trimmed: outbox, rule input. */
  LOG,
  /** Rows kept for people: audit and events. */
  HISTORY
}
