package io.thingstead.registry;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The registry's tables, all in the account's registry shard; 40 to 59 are its ids. */
final class Tables {
  /** Thing name → {@link ThingRow}. */
  static final Table THING = new Table(40, "thing", Family.STATE);

  /** Thing name, principal → {@link PrincipalType}'s name. */
  static final Table THING_PRINCIPAL = new Table(41, "thing-principal", Family.STATE);

  /** Principal, thing name → {@link PrincipalType}'s name: the same the other way round. */
  static final Table PRINCIPAL_THING = new Table(42, "principal-thing", Family.STATE);

  /** Type name → {@link ThingTypeRow}. */
  static final Table THING_TYPE = new Table(43, "thing-type", Family.STATE);

  /** Type name, thing name → nothing. */
  static final Table THING_BY_TYPE = new Table(44, "thing-by-type", Family.STATE);

  /** Group name → {@link GroupRow}. */
  static final Table GROUP = new Table(45, "thing-group", Family.STATE);

  /** Parent's name, child's name → nothing. */
  static final Table GROUP_CHILD = new Table(46, "thing-group-child", Family.STATE);

  /** Group name, thing name → nothing. */
  static final Table GROUP_THING = new Table(47, "thing-group-thing", Family.STATE);

  /** Thing name, group name → nothing: the same the other way round. */
  static final Table THING_GROUP = new Table(48, "thing-thing-group", Family.STATE);

  /** ARN, key → value. */
  static final Table TAG = new Table(49, "tag", Family.STATE);

  private Tables() {}
}
