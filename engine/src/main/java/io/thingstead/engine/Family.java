package io.thingstead.engine;

/**
 * Column families, by access pattern; never one per shard or account. Their order is on disk: new
 * ones are added at the end.
 */
public enum Family {
  /** Small rows read and overwritten at random. */
  STATE,
  /** Rows written once, read once in order and deleted by range. */
  QUEUE,
  /** Rows appended and trimmed: outbox, rule input. */
  LOG,
  /** Rows kept for people: audit and events. */
  HISTORY;

  private static final Family[] ALL = values();

  /** The number that stands for it in batches; 0 is RocksDB's default family, which is unused. */
  public int id() {
    return ordinal() + 1;
  }

  static Family ofId(int id) {
    return ALL[id - 1];
  }
}
