package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.identity.Attachments;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.Uuids;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The identity pools of one account (Amazon Cognito Identity API reference). The operations wait
 * for durability: for virtual threads.
 */
public final class Pools {
  private static final int CHUNK = 500;
  private static final Set<String> ROLES =
      Set.of(Identities.AUTHENTICATED, Identities.UNAUTHENTICATED);

  private final Account account;
  private final AccountShard registry;
  private final RandomGenerator random;
  private final List<Attachments> attachments;
  private final Supplier<Limits.Persons> limits;

  /**
   * @param attachments what can be attached to identities, and goes with them
   */
  Pools(
      Account account,
      AccountShard registry,
      RandomGenerator random,
      List<Attachments> attachments,
      Supplier<Limits.Persons> limits) {
    this.limits = limits;
    this.account = account;
    this.registry = registry;
    this.random = random;
    this.attachments = List.copyOf(attachments);
  }

  /**
   * CreateIdentityPool.
   *
   * @param wanted without an id
   * @throws ApiException LimitExceeded; InvalidParameter for a provider that the account has not
   */
  public Pool create(Pool wanted) {
    String id = account.region() + ":" + Uuids.next(random);
    return registry.call(
        tx -> {
          if (tx.scan(Tables.POOL, Key.ALL, null, limits.get().pools()).size()
              >= limits.get().pools()) {
            throw new ApiException(
                AwsError.LIMIT_EXCEEDED,
                "the account has " + limits.get().pools() + " identity pools");
          }
          requireProviders(tx, wanted);
          PoolRow row = PoolRow.of(wanted);
          put(tx, id, row);
          return pool(id, row);
        });
  }

  private static void requireProviders(Rows rows, Pool pool) {
    for (String arn : pool.providerArns()) {
      String name = arn.substring(arn.indexOf('/') + 1);
      if (rows.get(Tables.PROVIDER, Key.of(name)) == null) {
        throw new ApiException(
            AwsError.INVALID_PARAMETER,
            "there is no OpenID Connect provider "
                + arn
                + "; create-open-id-connect-provider first");
      }
    }
  }

  /** DescribeIdentityPool. */
  public Pool describe(String id) {
    return pool(id, require(registry.durable(), id));
  }

  /** UpdateIdentityPool: all of it is replaced; roles and identities stay. */
  public Pool update(Pool wanted) {
    return registry.call(
        tx -> {
          PoolRow old = require(tx, wanted.id());
          requireProviders(tx, wanted);
          PoolRow row = PoolRow.of(wanted).with(old.roles()).with(old.identities());
          put(tx, wanted.id(), row);
          return pool(wanted.id(), row);
        });
  }

  /** ListIdentityPools. */
  public Page<Pool> list(int maxResults, @Nullable String nextToken) {
    return Page.read(
        registry.durable(),
        Tables.POOL,
        Key.ALL,
        maxResults,
        nextToken,
        row -> pool(Names.first(row), Json.decode(row.value(), PoolRow.class)));
  }

  /** DeleteIdentityPool, with all its identities and what is attached to them. */
  public void delete(String id) {
    registry.call(tx -> require(tx, id));
    // In pieces, so that one command stays small; a pool with some gone is still one.
    while (registry.call(tx -> deleteSome(tx, id))) {
      // The next piece.
    }
    registry.call(
        tx -> {
          tx.delete(Tables.POOL, Key.of(id));
          return id;
        });
  }

  private boolean deleteSome(Tx tx, String id) {
    List<Rows.Row> some = tx.scan(Tables.POOL_IDENTITY, Key.of(id), null, CHUNK);
    some.forEach(row -> deleteIdentity(tx, Names.second(row)));
    return some.size() == CHUNK;
  }

  /** Deletes an identity and what is attached to it; nothing happens when there is none. */
  boolean deleteIdentity(Tx tx, String identityId) {
    byte[] stored = tx.get(Tables.IDENTITY, Key.of(identityId));
    if (stored == null) {
      return false;
    }
    IdentityRow row = Json.decode(stored, IdentityRow.class);
    attachments.forEach(each -> each.detachAll(tx, identityId));
    row.logins()
        .forEach(
            (provider, subject) ->
                tx.delete(Tables.LOGIN, Key.of(row.poolId(), provider, subject)));
    tx.delete(Tables.IDENTITY, Key.of(identityId));
    tx.delete(Tables.POOL_IDENTITY, Key.of(row.poolId(), identityId));
    PoolRow pool = require(tx, row.poolId());
    put(tx, row.poolId(), pool.with(pool.identities() - 1));
    return true;
  }

  /**
   * SetIdentityPoolRoles.
   *
   * @param roles ARNs by {@code authenticated} and {@code unauthenticated}
   */
  public void setRoles(String id, Map<String, String> roles) {
    for (Map.Entry<String, String> role : roles.entrySet()) {
      boolean ours = role.getValue().startsWith("arn:aws:iam::" + account.id() + ":role/");
      if (!ROLES.contains(role.getKey()) || !ours) {
        throw new ApiException(
            AwsError.INVALID_PARAMETER,
            "Roles has ARNs of this account's roles by authenticated and unauthenticated, not '%s'"
                    .formatted(role.getValue())
                + " by '%s'".formatted(role.getKey()));
      }
    }
    registry.call(
        tx -> {
          put(tx, id, require(tx, id).with(roles));
          return id;
        });
  }

  /** GetIdentityPoolRoles. */
  public Map<String, String> roles(String id) {
    return require(registry.durable(), id).roles();
  }

  static PoolRow require(Rows rows, String id) {
    byte[] stored = rows.get(Tables.POOL, Key.of(id));
    if (stored == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "IdentityPool '" + id + "' not found.");
    }
    return Json.decode(stored, PoolRow.class);
  }

  static void put(Tx tx, String id, PoolRow row) {
    tx.put(Tables.POOL, Key.of(id), Json.encode(row));
  }

  static Pool pool(String id, PoolRow row) {
    return new Pool(
        id,
        row.name(),
        row.allowsUnauthenticated(),
        row.allowsClassic(),
        row.providerArns(),
        row.tags());
  }
}
