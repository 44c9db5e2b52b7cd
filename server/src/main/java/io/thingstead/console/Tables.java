package io.thingstead.console;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The durable tables of the console; ids 210 to 219 are its range for ever. */
final class Tables {
  /** In the server shard: (hash of the cookie) → {@link SessionRow}. */
  static final Table SESSION = new Table(210, "console-session", Family.STATE);

  private Tables() {}
}
