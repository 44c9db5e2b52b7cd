package io.thingstead.account;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The durable tables of accounts; ids 1 to 9 are its range for ever. */
final class Tables {
  /** In the server shard: (account id) → {@link AccountRow}. */
  static final Table ACCOUNT = new Table(1, "account", Family.STATE);

  private Tables() {}
}
