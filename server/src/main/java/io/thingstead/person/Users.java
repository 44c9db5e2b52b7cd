package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.identity.Attachments;
import io.thingstead.model.ApiException;
import io.thingstead.model.Limits;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The users of one account. The operations wait for durability: for virtual threads. */
public final class Users {
  private final Account account;
  private final AccountShard registry;
  private final Attachments things;
  private final Changes changes;
  private final Ids ids;
  private final Supplier<Limits.Persons> limits;

  /**
   * @param things that a user can own; one that owns any cannot be deleted or renamed
   */
  Users(
      Account account,
      AccountShard registry,
      Attachments things,
      Changes changes,
      Ids ids,
      Supplier<Limits.Persons> limits) {
    this.limits = limits;
    this.account = account;
    this.registry = registry;
    this.things = things;
    this.changes = changes;
    this.ids = ids;
  }

  /**
   * CreateUser.
   *
   * @param path null for {@code /}
   * @throws ApiException EntityAlreadyExists, LimitExceeded
   */
  public User create(String name, @Nullable String path, Map<String, String> tags) {
    Map<String, String> checked = Names.tagged(Map.of(), tags, limits.get().tags());
    return registry.call(
        tx -> {
          if (row(tx, name) != null) {
            throw Refused.exists("User", name);
          }
          Names.requireRoom(tx, Tables.USER, Key.ALL, "UsersPerAccount", limits.get().users());
          UserRow row =
              new UserRow(ids.entity("AIDA"), Names.path(path), tx.now().toEpochMilli(), checked);
          put(tx, name, row);
          tx.put(Tables.OWNER_NAME, Key.of(row.id()), Names.bytes(name));
          return user(name, row);
        });
  }

  /** GetUser; NoSuchEntity when there is none. */
  public User get(String name) {
    return require(registry.durable(), name);
  }

  /** ListUsers, in the order of names. */
  public Page<User> list(
      @Nullable String pathPrefix, @Nullable Integer maxItems, @Nullable String marker) {
    return Names.page(
        registry.durable(),
        Tables.USER,
        Key.ALL,
        maxItems,
        marker,
        row -> {
          User user = user(Names.first(row), Json.decode(row.value(), UserRow.class));
          return pathPrefix == null || user.path().startsWith(pathPrefix) ? user : null;
        });
  }

  /**
   * UpdateUser: another name or path. Keys, policies and tags stay.
   *
   * @throws ApiException NoSuchEntity, EntityAlreadyExists, DeleteConflict while it owns things
   */
  public void update(String name, @Nullable String newName, @Nullable String newPath) {
    registry.call(
        tx -> {
          User old = require(tx, name);
          UserRow row = requireRow(tx, name).at(newPath == null ? old.path() : newPath);
          String called = newName == null ? name : newName;
          User now = user(called, row);
          if (!called.equals(name) && row(tx, called) != null) {
            throw Refused.exists("User", called);
          }
          if (!now.arn().equals(old.arn())) {
            requireNoThings(tx, old);
          }
          tx.delete(Tables.USER, Key.of(name));
          put(tx, called, row);
          tx.put(Tables.OWNER_NAME, Key.of(row.id()), Names.bytes(called));
          changes.tell(tx, row.id());
          return called;
        });
  }

  /**
   * DeleteUser.
   *
   * @throws ApiException NoSuchEntity; DeleteConflict while it has keys, policies or things
   */
  public void delete(String name) {
    registry.call(
        tx -> {
          User user = require(tx, name);
          if (!tx.scan(Tables.USER_KEY, Key.of(user.id()), null, 1).isEmpty()) {
            throw Refused.conflict("Cannot delete entity, must delete access keys first.");
          }
          OwnerPolicies.requireNone(tx, user.owner());
          requireNoThings(tx, user);
          tx.delete(Tables.USER, Key.of(name));
          tx.delete(Tables.OWNER_NAME, Key.of(user.id()));
          changes.tell(tx, user.id());
          return name;
        });
  }

  private void requireNoThings(Tx tx, User user) {
    if (things.any(tx, user.arn())) {
      throw Refused.conflict(
          "Cannot delete or rename entity, must detach it from its things first.");
    }
  }

  /** TagUser. */
  public void tag(String name, Map<String, String> tags) {
    change(name, row -> row.tagged(Names.tagged(row.tags(), tags, limits.get().tags())));
  }

  /** UntagUser. */
  public void untag(String name, List<String> keys) {
    change(name, row -> row.tagged(Names.untagged(row.tags(), keys)));
  }

  private void change(String name, UnaryOperator<UserRow> change) {
    registry.call(
        tx -> {
          UserRow row = requireRow(tx, name);
          put(tx, name, change.apply(row));
          changes.tell(tx, row.id());
          return name;
        });
  }

  User require(Rows rows, String name) {
    return user(name, requireRow(rows, name));
  }

  private static UserRow requireRow(Rows rows, String name) {
    UserRow row = row(rows, name);
    if (row == null) {
      throw Refused.noSuch("user", name);
    }
    return row;
  }

  /** The user of a unique id, whatever it is called now, or null. */
  @Nullable User byId(Rows rows, String id) {
    byte[] name = rows.get(Tables.OWNER_NAME, Key.of(id));
    UserRow row = name == null ? null : row(rows, Names.text(name));
    return name == null || row == null ? null : user(Names.text(name), row);
  }

  static boolean exists(Account account, Rows rows, String arn) {
    String name = arn.substring(arn.lastIndexOf('/') + 1);
    UserRow row = row(rows, name);
    return row != null && Names.arn(account, "user", row.path(), name).equals(arn);
  }

  private User user(String name, UserRow row) {
    return new User(
        name,
        row.id(),
        Names.arn(account, "user", row.path(), name),
        row.path(),
        Instant.ofEpochMilli(row.createdMillis()),
        row.tags());
  }

  private static @Nullable UserRow row(Rows rows, String name) {
    byte[] stored = rows.get(Tables.USER, Key.of(name));
    return stored == null ? null : Json.decode(stored, UserRow.class);
  }

  private static void put(Tx tx, String name, UserRow row) {
    tx.put(Tables.USER, Key.of(name), Json.encode(row));
  }
}
