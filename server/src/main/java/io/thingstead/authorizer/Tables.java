package io.thingstead.authorizer;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The durable tables of custom authorizers; ids 190 to 199 are their range for ever. */
final class Tables {
  /** In the registry shard: (name) → {@link AuthorizerRow}. */
  static final Table AUTHORIZER = new Table(190, "authorizer", Family.STATE);

  /** In the registry shard: one row, the name of the account's default, UTF-8. */
  static final Table DEFAULT = new Table(191, "default-authorizer", Family.STATE);

  private Tables() {}
}
