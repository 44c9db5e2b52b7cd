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

/** The roles of one account. The operations wait for durability: for virtual threads. */
public final class Roles {
  private static final int SESSION_SECONDS = 3_600;

  private final Account account;
  private final AccountShard registry;
  private final Attachments things;
  private final Changes changes;
  private final Ids ids;
  private final Supplier<Limits.Persons> limits;

  /**
   * @param things that a role can own; one that owns any cannot be deleted
   */
  Roles(
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
   * CreateRole.
   *
   * @param path null for {@code /}
   * @param trust the document that says who may assume it
   * @param sessionSecondsMax 3600 to 43200; null for an hour
   * @throws ApiException MalformedPolicyDocument, EntityAlreadyExists, LimitExceeded
   */
  public Role create(
      String name,
      @Nullable String path,
      String trust,
      @Nullable String description,
      @Nullable Integer sessionSecondsMax,
      Map<String, String> tags) {
    Documents.trust(trust, limits.get().trustChars());
    Map<String, String> checked = Names.tagged(Map.of(), tags, limits.get().tags());
    return registry.call(
        tx -> {
          if (row(tx, name) != null) {
            throw Refused.exists("Role", name);
          }
          Names.requireRoom(tx, Tables.ROLE, Key.ALL, "RolesPerAccount", limits.get().roles());
          RoleRow row =
              new RoleRow(
                  ids.entity("AROA"),
                  Names.path(path),
                  tx.now().toEpochMilli(),
                  trust,
                  description == null ? "" : description,
                  sessionSecondsMax == null ? SESSION_SECONDS : sessionSecondsMax,
                  checked);
          put(tx, name, row);
          tx.put(Tables.OWNER_NAME, Key.of(row.id()), Names.bytes(name));
          return role(name, row);
        });
  }

  /** GetRole; NoSuchEntity when there is none. */
  public Role get(String name) {
    return require(registry.durable(), name);
  }

  /** The role of an ARN, or null when this account has none of it. */
  public @Nullable Role find(String arn) {
    String name = arn.substring(arn.lastIndexOf('/') + 1);
    RoleRow row = row(registry.durable(), name);
    Role role = row == null ? null : role(name, row);
    return role == null || !role.arn().equals(arn) ? null : role;
  }

  /** ListRoles, in the order of names. */
  public Page<Role> list(
      @Nullable String pathPrefix, @Nullable Integer maxItems, @Nullable String marker) {
    return Names.page(
        registry.durable(),
        Tables.ROLE,
        Key.ALL,
        maxItems,
        marker,
        row -> {
          Role role = role(Names.first(row), Json.decode(row.value(), RoleRow.class));
          return pathPrefix == null || role.path().startsWith(pathPrefix) ? role : null;
        });
  }

  /** UpdateAssumeRolePolicy; sessions that there are go on. */
  public void trust(String name, String trust) {
    Documents.trust(trust, limits.get().trustChars());
    change(name, row -> row.trusting(trust));
  }

  /** UpdateRole; what is not given goes back to the default, as in the original. */
  public void update(String name, @Nullable String description, @Nullable Integer seconds) {
    change(
        name,
        row ->
            row.described(
                description == null ? "" : description,
                seconds == null ? SESSION_SECONDS : seconds));
  }

  /** TagRole. */
  public void tag(String name, Map<String, String> tags) {
    change(name, row -> row.tagged(Names.tagged(row.tags(), tags, limits.get().tags())));
  }

  /** UntagRole. */
  public void untag(String name, List<String> keys) {
    change(name, row -> row.tagged(Names.untagged(row.tags(), keys)));
  }

  private void change(String name, UnaryOperator<RoleRow> change) {
    registry.call(
        tx -> {
          RoleRow row = requireRow(tx, name);
          put(tx, name, change.apply(row));
          changes.tell(tx, row.id());
          return name;
        });
  }

  /**
   * DeleteRole; its sessions end.
   *
   * @throws ApiException NoSuchEntity; DeleteConflict while it has policies or things
   */
  public void delete(String name) {
    registry.call(
        tx -> {
          Role role = require(tx, name);
          OwnerPolicies.requireNone(tx, role.owner());
          if (things.any(tx, role.arn())) {
            throw Refused.conflict("Cannot delete entity, must detach it from its things first.");
          }
          tx.delete(Tables.ROLE, Key.of(name));
          tx.delete(Tables.OWNER_NAME, Key.of(role.id()));
          changes.tell(tx, role.id());
          return name;
        });
  }

  Role require(Rows rows, String name) {
    return role(name, requireRow(rows, name));
  }

  /** The role of a unique id, or null. */
  @Nullable Role byId(Rows rows, String id) {
    byte[] name = rows.get(Tables.OWNER_NAME, Key.of(id));
    RoleRow row = name == null ? null : row(rows, Names.text(name));
    return name == null || row == null ? null : role(Names.text(name), row);
  }

  static boolean exists(Account account, Rows rows, String arn) {
    String name = arn.substring(arn.lastIndexOf('/') + 1);
    RoleRow row = row(rows, name);
    return row != null && Names.arn(account, "role", row.path(), name).equals(arn);
  }

  private Role role(String name, RoleRow row) {
    return new Role(
        name,
        row.id(),
        Names.arn(account, "role", row.path(), name),
        row.path(),
        Instant.ofEpochMilli(row.createdMillis()),
        row.trust(),
        row.description(),
        row.sessionSecondsMax(),
        row.tags());
  }

  private static RoleRow requireRow(Rows rows, String name) {
    RoleRow row = row(rows, name);
    if (row == null) {
      throw Refused.noSuch("role", name);
    }
    return row;
  }

  private static @Nullable RoleRow row(Rows rows, String name) {
    byte[] stored = rows.get(Tables.ROLE, Key.of(name));
    return stored == null ? null : Json.decode(stored, RoleRow.class);
  }

  private static void put(Tx tx, String name, RoleRow row) {
    tx.put(Tables.ROLE, Key.of(name), Json.encode(row));
  }
}
