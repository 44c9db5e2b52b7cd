package io.thingstead.rules;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The tables of rules; 70 to 89 are their ids. The first four are in the registry shard. */
final class Tables {
  /** Rule name → {@link RuleRow}. */
  static final Table RULE = new Table(70, "rule", Family.STATE);

  /** Destination id → {@link DestinationRow}. */
  static final Table DESTINATION = new Table(71, "rule-destination", Family.STATE);

  /** Confirmation URL → destination id. */
  static final Table DESTINATION_BY_URL = new Table(72, "rule-destination-by-url", Family.STATE);

  /** Confirmation token → destination id. */
  static final Table DESTINATION_BY_TOKEN =
      new Table(73, "rule-destination-by-token", Family.STATE);

  /** In the rule shard: number → {@link InputRow}, a message whose actions are not all done. */
  static final Table INPUT = new Table(74, "rule-input", Family.LOG);

  /** In the rule shard: number → bitmap of the actions that are done, when some are. */
  static final Table INPUT_DONE = new Table(75, "rule-input-done", Family.LOG);

  private Tables() {}
}
