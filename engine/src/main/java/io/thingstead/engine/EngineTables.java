package io.thingstead.engine;

/** The engine's own tables; their rows are kept under {@link Layout#ENGINE_ACCOUNT}. */
final class EngineTables {
  /** In the source shard: (target kind, target partition, sequence) to {@link Message}. */
  static final Table OUTBOX = new Table(60_000, "outbox", Family.LOG);

  /** In the source shard: (target kind, target partition) to the last sequence sent. */
  static final Table OUTBOX_LAST = new Table(60_001, "outbox_last", Family.STATE);

  /** In the target shard: (source kind, source partition) to the last sequence applied. */
  static final Table APPLIED = new Table(60_002, "outbox_applied", Family.STATE);

  /** (due in epoch milliseconds, account, id) to {@link Message}. */
  static final Table TIMER = new Table(60_003, "timer", Family.STATE);

  /** (account, id) to when it is due. */
  static final Table TIMER_DUE = new Table(60_004, "timer_due", Family.STATE);

  private EngineTables() {}
}
