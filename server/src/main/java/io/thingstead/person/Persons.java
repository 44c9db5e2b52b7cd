package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.authorize.Authorizer;
import io.thingstead.authorize.Grants;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Rows;
import io.thingstead.identity.Attachments;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.Principal;
import io.thingstead.model.Limits;
import io.thingstead.registry.ThingPrincipals;
import io.thingstead.registry.Things;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The callers of one account that are not devices: users, roles, what they may do, and their
 * temporary keys.
 */
public final class Persons {
  private final AccountShard registry;
  private final Changes changes = new Changes();
  private final Users users;
  private final UserKeys keys;
  private final Roles roles;
  private final ManagedPolicies policies;
  private final OwnerPolicies userPolicies;
  private final OwnerPolicies rolePolicies;
  private final Sessions sessions;
  private final RoleAliases aliases;
  private final Providers providers;
  private final Pools pools;
  private final Identities identities;
  private final Grantor grantor;

  /**
   * Reads the keys of the users.
   *
   * @param registry the account's registry shard
   * @param authorizer the account's, which is told what callers are granted
   * @param iotPolicies that can be attached to identities
   * @param principals which things callers own
   * @param web where the keys of issuers are
   * @param limits as they are now
   */
  public Persons(
      Account account,
      AccountShard registry,
      Authorizer authorizer,
      Attachments iotPolicies,
      Things things,
      ThingPrincipals principals,
      SessionTokens tokens,
      MasterKey master,
      SecureRandom random,
      Web web,
      Supplier<Limits.Persons> limits) {
    this.registry = registry;
    Ids ids = new Ids(random);
    this.users = new Users(account, registry, principals, changes, ids, limits);
    this.keys = new UserKeys(account, registry, users, master, random, changes, limits);
    this.roles = new Roles(account, registry, principals, changes, ids, limits);
    this.policies = new ManagedPolicies(account, registry, changes, ids, limits);
    this.userPolicies =
        new OwnerPolicies(
            registry, (rows, name) -> users.require(rows, name).owner(), policies, changes, limits);
    this.rolePolicies =
        new OwnerPolicies(
            registry, (rows, name) -> roles.require(rows, name).owner(), policies, changes, limits);
    this.providers = new Providers(account, registry, limits);
    WebIdentities webIdentities =
        new WebIdentities(providers, new Issuers(web, tokens.clock()), tokens.clock());
    PoolTokens poolTokens = new PoolTokens(registry, master, random, tokens.clock());
    this.sessions =
        new Sessions(
            account,
            registry,
            roles,
            keys,
            policies,
            tokens,
            authorizer,
            webIdentities,
            poolTokens,
            limits);
    this.pools = new Pools(account, registry, random, List.of(iotPolicies, principals), limits);
    this.identities =
        new Identities(
            account,
            registry,
            pools,
            webIdentities,
            poolTokens,
            sessions,
            random,
            tokens.clock(),
            limits);
    this.grantor =
        new Grantor(
            account,
            registry,
            users,
            keys,
            roles,
            Map.of(Owner.Kind.USER, userPolicies, Owner.Kind.ROLE, rolePolicies),
            principals,
            changes);
    this.aliases = new RoleAliases(account, registry, sessions, things, principals, limits);
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

  /** The users, by name, that a managed policy is attached to. */
  public List<User> usersWith(String policyArn) {
    return policies.owners(policyArn).stream()
        .map(id -> users.byId(registry.durable(), id))
        .filter(Objects::nonNull)
        .sorted(Comparator.comparing(User::name))
        .toList();
  }

  /** The roles, by name, that a managed policy is attached to. */
  public List<Role> rolesWith(String policyArn) {
    return policies.owners(policyArn).stream()
        .map(id -> roles.byId(registry.durable(), id))
        .filter(Objects::nonNull)
        .sorted(Comparator.comparing(Role::name))
        .toList();
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

  public Pools pools() {
    return pools;
  }

  public Identities identities() {
    return identities;
  }

  public Providers providers() {
    return providers;
  }

  public RoleAliases aliases() {
    return aliases;
  }

  /** Whether there is an identity of a pool of this id, by rows of the registry shard. */
  public static boolean isIdentity(Rows rows, String id) {
    return Identities.exists(rows, id);
  }

  /** Whether there is a user, role or identity, by rows of the registry shard. */
  public static boolean exists(Account account, Rows rows, String arn) {
    if (isIdentity(rows, arn)) {
      return true;
    }
    String prefix = "arn:aws:iam::" + account.id() + ":";
    return arn.startsWith(prefix)
        && (Users.exists(account, rows, arn) || Roles.exists(account, rows, arn));
  }
}
