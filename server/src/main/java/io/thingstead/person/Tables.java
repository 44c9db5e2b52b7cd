package io.thingstead.person;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/**
 * The durable tables of callers that are not devices, all in the registry shard; ids 160 to 179 are
 * their range for ever. What belongs to a user or role is kept by its unique id, so that it can be
 * renamed and a later one of the same name gets nothing of it.
 */
final class Tables {
  /** (name) → {@link UserRow}. */
  static final Table USER = new Table(160, "user", Family.STATE);

  /** (name) → {@link RoleRow}. */
  static final Table ROLE = new Table(161, "role", Family.STATE);

  /** (id of a user or role) → its name. */
  static final Table OWNER_NAME = new Table(162, "owner-name", Family.STATE);

  /** (user id, access key id) → {@link KeyRow}. */
  static final Table USER_KEY = new Table(163, "user-key", Family.STATE);

  /** (name) → {@link ManagedRow}. */
  static final Table MANAGED = new Table(164, "managed-policy", Family.STATE);

  /** (policy name, version number) → {@link ManagedVersionRow}. */
  static final Table MANAGED_VERSION = new Table(165, "managed-policy-version", Family.STATE);

  /** (owner id, policy name) → the document. */
  static final Table INLINE = new Table(166, "inline-policy", Family.STATE);

  /** (owner id, policy name) → nothing. */
  static final Table OWNER_POLICY = new Table(167, "owner-policy", Family.STATE);

  /** (policy name, owner id) → nothing. */
  static final Table POLICY_OWNER = new Table(168, "policy-owner", Family.STATE);

  /** (URL without the scheme) → {@link ProviderRow}. */
  static final Table PROVIDER = new Table(169, "web-provider", Family.STATE);

  /** (name) → {@link AliasRow}. */
  static final Table ALIAS = new Table(170, "role-alias", Family.STATE);

  /** (pool id) → {@link PoolRow}. */
  static final Table POOL = new Table(171, "identity-pool", Family.STATE);

  /** (identity id) → {@link IdentityRow}. */
  static final Table IDENTITY = new Table(172, "pool-identity", Family.STATE);

  /** (pool id, provider, subject) → the identity's id. */
  static final Table LOGIN = new Table(173, "pool-login", Family.STATE);

  /** (pool id, identity id) → nothing. */
  static final Table POOL_IDENTITY = new Table(174, "identity-of-pool", Family.STATE);

  /** One row, the key that signs the pools' tokens. */
  static final Table POOL_KEY = new Table(175, "pool-key", Family.STATE);

  private Tables() {}
}
