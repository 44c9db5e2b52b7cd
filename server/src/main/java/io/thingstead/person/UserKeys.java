package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.identity.Credential;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.row.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The access keys of one account's users, their secrets sealed under the master key. All are held
 * in memory, still sealed, so that {@link #find} costs two reads at the most. The operations wait
 * for durability: for virtual threads.
 */
public final class UserKeys {
  private static final int SECRET_BYTES = 30; // 40 characters of Base64
  private static final int CHUNK = 1_000;

  private final Account account;
  private final AccountShard registry;
  private final Users users;
  private final MasterKey master;
  private final SecureRandom random;
  private final Changes changes;
  private final Ids ids;
  private final Map<String, Held> held = new ConcurrentHashMap<>();
  private final Supplier<Limits.Persons> limits;

  /** A key as it is in memory. */
  private record Held(String userId, KeyRow row) {}

  UserKeys(
      Account account,
      AccountShard registry,
      Users users,
      MasterKey master,
      SecureRandom random,
      Changes changes,
      Supplier<Limits.Persons> limits) {
    this.limits = limits;
    this.account = account;
    this.registry = registry;
    this.users = users;
    this.master = master;
    this.random = random;
    this.changes = changes;
    this.ids = new Ids(random);
    load();
  }

  private void load() {
    Key after = null;
    List<Rows.Row> some;
    do {
      some = registry.durable().scan(Tables.USER_KEY, Key.ALL, after, CHUNK);
      for (Rows.Row row : some) {
        held.put(
            Names.second(row), new Held(Names.first(row), Json.decode(row.value(), KeyRow.class)));
        after = row.key();
      }
    } while (some.size() == CHUNK);
  }

  /** A new key; its secret is never told again. */
  public record Made(UserKey key, String secret) {
    @Override
    public String toString() {
      return "Made[" + key + "]";
    }
  }

  /**
   * CreateAccessKey.
   *
   * @throws ApiException NoSuchEntity, LimitExceeded
   */
  public Made create(String userName) {
    String id = ids.key("AKIA");
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    String secret = Base64.getEncoder().encodeToString(bytes);
    byte[] sealed = master.seal(secret.getBytes(StandardCharsets.US_ASCII), context(id));
    UserKey key =
        registry.call(
            tx -> {
              User user = users.require(tx, userName);
              Names.requireRoom(
                  tx,
                  Tables.USER_KEY,
                  Key.of(user.id()),
                  "AccessKeysPerUser",
                  limits.get().keysPerUser());
              KeyRow row = new KeyRow(true, tx.now().toEpochMilli(), sealed);
              put(tx, user, id, row);
              return key(userName, id, row);
            });
    return new Made(key, secret);
  }

  /** ListAccessKeys: all of a user's; there are never many. */
  public List<UserKey> list(String userName) {
    Rows rows = registry.durable();
    User user = users.require(rows, userName);
    return rows.scan(Tables.USER_KEY, Key.of(user.id()), null, CHUNK).stream()
        .map(row -> key(userName, Names.second(row), Json.decode(row.value(), KeyRow.class)))
        .toList();
  }

  /** UpdateAccessKey: whether it may be used; felt at once. */
  public void update(String userName, String id, boolean active) {
    registry.call(
        tx -> {
          User user = users.require(tx, userName);
          put(tx, user, id, require(tx, user, id).with(active));
          changes.tell(tx, user.id());
          return id;
        });
  }

  /** DeleteAccessKey; felt at once. */
  public void delete(String userName, String id) {
    registry.call(
        tx -> {
          User user = users.require(tx, userName);
          require(tx, user, id);
          tx.delete(Tables.USER_KEY, Key.of(user.id(), id));
          tx.afterDurable(() -> held.remove(id));
          changes.tell(tx, user.id());
          return id;
        });
  }

  private static KeyRow require(Rows rows, User user, String id) {
    byte[] stored = rows.get(Tables.USER_KEY, Key.of(user.id(), id));
    if (stored == null) {
      throw new ApiException(
          AwsError.NO_SUCH_ENTITY, "The Access Key with id " + id + " cannot be found.");
    }
    return Json.decode(stored, KeyRow.class);
  }

  private void put(Tx tx, User user, String id, KeyRow row) {
    tx.put(Tables.USER_KEY, Key.of(user.id(), id), Json.encode(row));
    tx.afterDurable(() -> held.put(id, new Held(user.id(), row)));
  }

  /** The secret of an active key, or null. Any thread may ask. */
  public @Nullable Credential find(String id) {
    Held key = held.get(id);
    User user = userOf(id);
    if (key == null || user == null) {
      return null;
    }
    byte[] secret = master.open(key.row.sealedSecret(), context(id));
    return new Credential(
        new Principal.AccessKey(id, user.arn(), false, user.id(), null),
        account.id(),
        new String(secret, StandardCharsets.US_ASCII));
  }

  /** Whose an active key is, or null. */
  @Nullable User userOf(String id) {
    Held key = held.get(id);
    return key == null || !key.row.active() ? null : users.byId(registry.durable(), key.userId);
  }

  private static UserKey key(String userName, String id, KeyRow row) {
    return new UserKey(userName, id, row.active(), Instant.ofEpochMilli(row.createdMillis()));
  }

  private static String context(String id) {
    return "user-key/" + id;
  }
}
