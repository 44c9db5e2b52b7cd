package io.thingstead.authorize;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The tables of policies, all in the account's registry shard; 30 to 39 are their ids. */
final class Tables {
  /** Policy name → {@link PolicyRow}. */
  static final Table POLICY = new Table(30, "policy", Family.STATE);

  /** Policy name, version number → {@link VersionRow}. */
  static final Table VERSION = new Table(31, "policy-version", Family.STATE);

  /** Target, policy name → nothing: what is attached to it. */
  static final Table TARGET_POLICY = new Table(32, "target-policy", Family.STATE);

  /** Policy name, target → nothing: the same the other way round. */
  static final Table POLICY_TARGET = new Table(33, "policy-target", Family.STATE);

  /**
   * (0, creation millis, name) and (1, reversed creation millis, name) → nothing, so that both
   * directions of a listing are one scan.
   */
  static final Table POLICY_BY_DATE = new Table(34, "policy-by-date", Family.STATE);

  private Tables() {}
}
