package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.account.RateByKey;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.event.Tries;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.Uuids;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The identities of one account's pools, and the keys and tokens that they get. Anyone calls these,
 * without a signature. The operations wait for durability and for issuers: for virtual threads.
 */
public final class Identities {
  static final String AUTHENTICATED = "authenticated";
  static final String UNAUTHENTICATED = "unauthenticated";

  private static final String SESSION = "CognitoIdentityCredentials";

  private final Account account;
  private final AccountShard registry;
  private final Pools pools;
  private final WebIdentities tokens;
  private final PoolTokens own;
  private final Sessions sessions;
  private final RandomGenerator random;
  private final Supplier<Limits.Persons> limits;
  private final InstantSource clock;
  private volatile Pace pace = new Pace(Limits.UNLIMITED, null);

  /** New identities of each address, by the limit that it was made for. */
  private record Pace(int perSecond, @Nullable RateByKey rates) {}

  Identities(
      Account account,
      AccountShard registry,
      Pools pools,
      WebIdentities tokens,
      PoolTokens own,
      Sessions sessions,
      RandomGenerator random,
      InstantSource clock,
      Supplier<Limits.Persons> limits) {
    this.limits = limits;
    this.clock = clock;
    this.account = account;
    this.registry = registry;
    this.pools = pools;
    this.tokens = tokens;
    this.own = own;
    this.sessions = sessions;
    this.random = random;
  }

  /** Whether there is an identity of this id, by rows of the registry shard. */
  static boolean exists(Rows rows, String id) {
    return rows.get(Tables.IDENTITY, Key.of(id)) != null;
  }

  /**
   * GetId: the identity of whoever logs in, made if there is none yet; a new one for whoever does
   * not.
   *
   * @param logins tokens by the name of their provider
   * @param from where the caller is
   * @throws ApiException ResourceNotFound, NotAuthorized, ResourceConflict, LimitExceeded,
   *     TooManyRequests
   */
  public String id(String poolId, Map<String, String> logins, InetAddress from) {
    PoolRow pool = Pools.require(registry.durable(), poolId);
    Map<String, String> subjects = verified(poolId, pool, logins);
    if (subjects.isEmpty() && !pool.allowsUnauthenticated()) {
      throw notAuthorized("Unauthenticated access is not supported for this identity pool.");
    }
    if (subjects.isEmpty()) {
      requirePace(from);
    }
    String fresh = account.region() + ":" + Uuids.next(random);
    return registry.call(
        tx -> {
          String known = known(tx, poolId, subjects);
          if (known != null) {
            link(tx, known, subjects);
            return known;
          }
          PoolRow now = Pools.require(tx, poolId);
          if (now.identities() >= limits.get().identitiesPerPool()) {
            throw new ApiException(
                AwsError.LIMIT_EXCEEDED,
                "the identity pool has "
                    + limits.get().identitiesPerPool()
                    + " identities; delete some");
          }
          long millis = tx.now().toEpochMilli();
          Pools.put(tx, poolId, now.with(now.identities() + 1));
          tx.put(Tables.POOL_IDENTITY, Key.of(poolId, fresh), Names.NOTHING);
          put(tx, fresh, new IdentityRow(poolId, Map.of(), millis, millis));
          link(tx, fresh, subjects);
          return fresh;
        });
  }

  /** Anyone can make identities this way, and each is a row. */
  private void requirePace(InetAddress from) {
    int most = limits.get().newIdentitiesPerSecond();
    Pace now = pace;
    if (now.perSecond != most) {
      now = new Pace(most, RateByKey.of(most));
      pace = now;
    }
    if (now.rates != null && !now.rates.take(String.valueOf(Tries.key(from)), clock.millis())) {
      throw new ApiException(
          AwsError.TOO_MANY_REQUESTS,
          "one address asks for more than persons.newIdentitiesPerSecond identities without login");
    }
  }

  /** Whom each login's token speaks of, by provider. */
  private Map<String, String> verified(String poolId, PoolRow pool, Map<String, String> logins) {
    Map<String, String> subjects = new HashMap<>();
    logins.forEach(
        (name, token) -> {
          WebIdentities.Verified verified;
          try {
            verified = tokens.verify(token);
          } catch (ApiException e) {
            throw notAuthorized("Invalid login token. " + e.text());
          }
          boolean ofPool = pool.providerArns().contains(verified.provider().arn());
          if (!ofPool || !verified.provider().name().equals(name)) {
            throw notAuthorized(
                "Token is not from a supported provider of this identity pool: it is of %s, and %s"
                        .formatted(verified.provider().name(), poolId)
                    + " takes "
                    + pool.providerArns());
          }
          subjects.put(name, verified.claims().subject());
        });
    return subjects;
  }

  private static @Nullable String known(Rows rows, String poolId, Map<String, String> subjects) {
    Set<String> found = new HashSet<>();
    subjects.forEach(
        (provider, subject) -> {
          byte[] id = rows.get(Tables.LOGIN, Key.of(poolId, provider, subject));
          if (id != null) {
            found.add(Names.text(id));
          }
        });
    if (found.size() > 1) {
      throw new ApiException(
          AwsError.RESOURCE_CONFLICT, "the logins belong to different identities: " + found);
    }
    return found.stream().findFirst().orElse(null);
  }

  /** Adds logins that an identity has not yet. */
  private void link(Tx tx, String id, Map<String, String> subjects) {
    IdentityRow row = require(tx, id);
    Map<String, String> all = new HashMap<>(row.logins());
    subjects.forEach(
        (provider, subject) -> {
          String before = all.put(provider, subject);
          if (before != null && !before.equals(subject)) {
            throw new ApiException(
                AwsError.RESOURCE_CONFLICT,
                "the identity " + id + " has another login of " + provider);
          }
          tx.put(Tables.LOGIN, Key.of(row.poolId(), provider, subject), Names.bytes(id));
        });
    if (!all.equals(row.logins())) {
      put(tx, id, new IdentityRow(row.poolId(), all, row.createdMillis(), now(tx)));
    }
  }

  private static long now(Tx tx) {
    return tx.now().toEpochMilli();
  }

  /**
   * GetCredentialsForIdentity: a session of the pool's role.
   *
   * @param logins as for {@link #id}; an identity that has logged in once must do so again
   * @param customRoleArn null, or the role that the pool would choose anyway
   * @throws ApiException ResourceNotFound, NotAuthorized, InvalidIdentityPoolConfiguration
   */
  public TemporaryKey credentials(
      String identityId, Map<String, String> logins, @Nullable String customRoleArn) {
    Claims claims = claims(identityId, logins);
    String kind = claims.methods().getFirst();
    String roleArn = pools.roles(claims.audience()).get(kind);
    if (roleArn == null || customRoleArn != null && !customRoleArn.equals(roleArn)) {
      throw misconfigured(
          roleArn == null
              ? "the pool has no role for " + kind + " identities"
              : "role mappings are not supported: CustomRoleArn must be the pool's own role");
    }
    Sessions.Wish wish = new Sessions.Wish(roleArn, SESSION, null, null, List.of(), Map.of());
    Sessions.Assumed assumed = sessions.forClaims(wish, Claims.COGNITO, claims, identityId);
    if (assumed == null) {
      throw misconfigured(
          "there is no role %s, or it does not let %s sts:AssumeRoleWithWebIdentity with aud %s and"
                  .formatted(roleArn, Claims.COGNITO, claims.audience())
              + " amr "
              + claims.methods());
    }
    return assumed.key();
  }

  /**
   * GetOpenIdToken: a token for STS, of a pool that allows the classic flow.
   *
   * @throws ApiException as {@link #credentials}
   */
  public String token(String identityId, Map<String, String> logins) {
    Claims claims = claims(identityId, logins);
    if (!Pools.require(registry.durable(), claims.audience()).allowsClassic()) {
      throw new ApiException(
          AwsError.INVALID_PARAMETER,
          "Basic (classic) flow is not enabled, please use enhanced flow.");
    }
    return own.issue(claims);
  }

  /** What is proven of an identity: its pool is the audience. */
  private Claims claims(String identityId, Map<String, String> logins) {
    IdentityRow row = require(registry.durable(), identityId);
    PoolRow pool = Pools.require(registry.durable(), row.poolId());
    Map<String, String> subjects = verified(row.poolId(), pool, logins);
    if (!subjects.isEmpty()) {
      registry.call(
          tx -> {
            String known = known(tx, row.poolId(), subjects);
            boolean another = known != null && !known.equals(identityId);
            if (another || known == null && !require(tx, identityId).logins().isEmpty()) {
              throw notAuthorized(
                  "Logins don't match. Please include at least one valid login for this identity"
                      + " or identity pool.");
            }
            link(tx, identityId, subjects);
            return identityId;
          });
    } else if (!row.logins().isEmpty()) {
      throw notAuthorized("Access to Identity '" + identityId + "' is forbidden.");
    } else if (!pool.allowsUnauthenticated()) {
      throw notAuthorized("Unauthenticated access is not supported for this identity pool.");
    }
    return new Claims(Claims.COGNITO, identityId, row.poolId(), methods(subjects));
  }

  private static List<String> methods(Map<String, String> subjects) {
    if (subjects.isEmpty()) {
      return List.of(UNAUTHENTICATED);
    }
    List<String> methods = new ArrayList<>(List.of(AUTHENTICATED));
    subjects.forEach(
        (provider, subject) -> {
          methods.add(provider);
          methods.add(provider + ":OIDC:" + subject);
        });
    return methods;
  }

  /** ListIdentities of a pool. */
  public Page<Identity> list(String poolId, int maxResults, @Nullable String nextToken) {
    Rows rows = registry.durable();
    Pools.require(rows, poolId);
    return Page.read(
        rows,
        Tables.POOL_IDENTITY,
        Key.of(poolId),
        maxResults,
        nextToken,
        row -> identity(Names.second(row), require(rows, Names.second(row))));
  }

  /** DescribeIdentity. */
  public Identity describe(String id) {
    return identity(id, require(registry.durable(), id));
  }

  /** DeleteIdentities: those that were not there. */
  public List<String> delete(List<String> ids) {
    return registry.call(tx -> ids.stream().filter(id -> !pools.deleteIdentity(tx, id)).toList());
  }

  private static Identity identity(String id, IdentityRow row) {
    return new Identity(
        id,
        row.logins().keySet().stream().sorted().toList(),
        Instant.ofEpochMilli(row.createdMillis()),
        Instant.ofEpochMilli(row.modifiedMillis()));
  }

  private static IdentityRow require(Rows rows, String id) {
    byte[] stored = rows.get(Tables.IDENTITY, Key.of(id));
    if (stored == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "Identity '" + id + "' not found.");
    }
    return Json.decode(stored, IdentityRow.class);
  }

  private static void put(Tx tx, String id, IdentityRow row) {
    tx.put(Tables.IDENTITY, Key.of(id), Json.encode(row));
  }

  private static ApiException notAuthorized(String message) {
    return new ApiException(AwsError.NOT_AUTHORIZED, message);
  }

  private static ApiException misconfigured(String why) {
    return new ApiException(
        AwsError.INVALID_IDENTITY_POOL_CONFIGURATION,
        "Invalid identity pool configuration. Check assigned IAM roles for this pool: " + why);
  }
}
