package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.authorize.Authorizer;
import io.thingstead.authorize.Grants;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Rows;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.Principal;
import io.thingstead.registry.ThingPrincipals;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;

/**
 * The callers of one account that are not devices: users, roles, what they may do, and their
 * temporary keys.
 */
public final class Persons {
  private final Changes changes = new Changes();
  private final Users users;
  private final UserKeys keys;
  private final Roles roles;
  private final ManagedPolicies policies;
  private final OwnerPolicies userPolicies;
  private final OwnerPolicies rolePolicies;
  private final Sessions sessions;
  private final Grantor grantor;

  /**
   * Reads the keys of the users.
   *
   * @param registry the account's registry shard
   * @param authorizer the account's, which is told what callers are granted
   * @param things which callers own
   */
  public Persons(
      Account account,
      AccountShard registry,
      Authorizer authorizer,
      ThingPrincipals things,
      SessionTokens tokens,
      MasterKey master,
      SecureRandom random) {
    Ids ids = new Ids(random);
    this.users = new Users(account, registry, things, changes, ids);
    this.keys = new UserKeys(account, registry, users, master, random, changes);
    this.roles = new Roles(account, registry, things, changes, ids);
    this.policies = new ManagedPolicies(account, registry, changes, ids);
    this.userPolicies =
        new OwnerPolicies(
            registry, (rows, name) -> users.require(rows, name).owner(), policies, changes);
    this.rolePolicies =
        new OwnerPolicies(
            registry, (rows, name) -> roles.require(rows, name).owner(), policies, changes);
    this.sessions = new Sessions(account, registry, roles, keys, policies, tokens, authorizer);
    this.grantor =
        new Grantor(
            account,
            registry,
            users,
            keys,
            roles,
            Map.of(Owner.Kind.USER, userPolicies, Owner.Kind.ROLE, rolePolicies),
            things,
            changes);
    authorizer.grantedBy(this::grants);
    changes.onChange(authorizer::grantsChanged);
  }

  private Optional<Grants> grants(Principal.AccessKey key) {
    return grantor.of(key);
  }

  public Users users() {
    return users;
  }

  public UserKeys keys() {
    return keys;
  }

  public Roles roles() {
    return roles;
  }

  public ManagedPolicies policies() {
    return policies;
  }

  public OwnerPolicies userPolicies() {
    return userPolicies;
  }

  public OwnerPolicies rolePolicies() {
    return rolePolicies;
  }

  public Sessions sessions() {
    return sessions;
  }

  /** Whether there is a user or role of an ARN, by rows of the registry shard. */
  public static boolean exists(Account account, Rows rows, String arn) {
    String prefix = "arn:aws:iam::" + account.id() + ":";
    return arn.startsWith(prefix)
        && (Users.exists(account, rows, arn) || Roles.exists(account, rows, arn));
  }
}
