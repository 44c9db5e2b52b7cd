package io.thingstead.function;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The durable tables of functions; ids 150 to 159 are their range for ever. */
final class Tables {
  /** In the registry shard: (name) → {@link FunctionRow}. */
  static final Table FUNCTION = new Table(150, "function", Family.STATE);

  /** In the registry shard: (name, hex SHA-256 of the archive, piece) → up to a MiB of it. */
  static final Table CODE = new Table(151, "function-code", Family.STATE);

  /** In the rule shard: (number) → {@link EventRow}, until the function has taken it. */
  static final Table EVENT = new Table(152, "function-event", Family.LOG);

  private Tables() {}
}
