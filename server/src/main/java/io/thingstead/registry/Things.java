package io.thingstead.registry;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Command;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Uuids;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The things of one account. Methods wait for the registry shard: for virtual threads, not for
 * event loops.
 */
public final class Things {
  private final Account account;
  private final AccountShard shard;
  private final ThingPrincipals principals;
  private final RandomGenerator random;

  /**
   * @param shard the account's registry shard
   * @param random makes thing ids; safe for any thread
   */
  public Things(
      Account account, AccountShard shard, ThingPrincipals principals, RandomGenerator random) {
    this.account = account;
    this.shard = shard;
    this.principals = principals;
    this.random = random;
  }

  /**
   * CreateThing. The same thing again succeeds and changes nothing.
   *
   * @throws ApiException ResourceAlreadyExists when one with another type or attributes has the
   *     name, ResourceNotFound for the type, InvalidRequest
   */
  public Thing create(String name, @Nullable String typeName, Map<String, String> given) {
    return shard.call(creation(name, typeName, given));
  }

  /** The same as a step of a command of the registry shard. */
  public Command<Thing> creation(
      String name, @Nullable String typeName, Map<String, String> given) {
    Name.check("thing name", name);
    Map<String, String> attributes = Attributes.parse(given);
    Attributes.checkTotal(attributes, typeName != null);
    String id = Uuids.next(random);
    return tx -> {
      ThingRow existing = row(tx, name);
      if (existing != null) {
        return same(name, existing, typeName, attributes);
      }
      if (typeName != null) {
        ThingTypes.requireUsable(tx, typeName);
      }
      long created = tx.now().toEpochMilli();
      return put(tx, name, null, new ThingRow(id, typeName, attributes, 1, created));
    };
  }

  private Thing same(
      String name, ThingRow existing, @Nullable String typeName, Map<String, String> attributes) {
    if (!Objects.equals(existing.typeName(), typeName)
        || !existing.attributes().equals(attributes)) {
      throw new ApiException(
          AwsError.RESOURCE_ALREADY_EXISTS,
          "Thing " + name + " already exists in account with different attributes",
          Map.of("resourceId", name, "resourceArn", account.arn("thing/" + name)));
    }
    return thing(name, existing);
  }

  /** DescribeThing. */
  public Thing describe(String name) {
    Name.check("thing name", name);
    return thing(name, require(shard.durable(), name));
  }

  /**
   * The thing, or null when there is none; for callers that hold rows of the registry shard, in a
   * command or durable.
   */
  public @Nullable Thing find(Rows rows, String name) {
    ThingRow row = row(rows, name);
    return row == null ? null : thing(name, row);
  }

  /**
   * ListThings, in the order of names. With an attribute filter a page may hold fewer than asked
   * for, or none, and still have a next one.
   *
   * @param maxResults 1 to 250, or null for 25
   */
  public Page<Thing> list(
      ThingFilter filter, @Nullable Integer maxResults, @Nullable String nextToken) {
    Rows rows = shard.durable();
    String type = filter.typeName();
    return Page.filtered(
        rows,
        type == null ? Tables.THING : Tables.THING_BY_TYPE,
        type == null ? Key.ALL : Key.of(type),
        Page.Size.RESULTS.of(maxResults),
        nextToken,
        row -> listed(rows, filter, row));
  }

  private @Nullable Thing listed(Rows rows, ThingFilter filter, Rows.Row found) {
    Key.Reader key = found.key().read();
    String first = key.text();
    String name = filter.typeName() == null ? first : key.text();
    if (!filter.accepts(name)) {
      return null;
    }
    // Null when it was deleted between the two reads.
    ThingRow row =
        filter.typeName() == null ? Json.decode(found.value(), ThingRow.class) : row(rows, name);
    return row != null && filter.accepts(row) ? thing(name, row) : null;
  }

  /**
   * UpdateThing.
   *
   * @return the thing after the update
   * @throws ApiException ResourceNotFound, VersionConflict, InvalidRequest
   */
  public Thing update(String name, ThingUpdate update) {
    return shard.call(tx -> update(tx, name, update));
  }

  /** The same as a step of a command of the registry shard. */
  public Thing update(Tx tx, String name, ThingUpdate update) {
    Name.check("thing name", name);
    if (update.removeType() && update.typeName() != null) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "removeThingType cannot be combined with thingTypeName");
    }
    ThingRow old = require(tx, name);
    checkVersion(name, old, update.expectedVersion());
    String type = newType(tx, old, update);
    Map<String, String> attributes = newAttributes(old, update);
    Attributes.checkTotal(attributes, type != null);
    principals.changed(tx, name);
    ThingRow row = new ThingRow(old.id(), type, attributes, old.version() + 1, old.createdMillis());
    return put(tx, name, old, row);
  }

  private static @Nullable String newType(Tx tx, ThingRow old, ThingUpdate update) {
    if (update.removeType()) {
      return null;
    }
    String type = update.typeName();
    if (type == null) {
      return old.typeName();
    }
    if (!type.equals(old.typeName())) {
      ThingTypes.requireUsable(tx, type);
    }
    return type;
  }

  private static Map<String, String> newAttributes(ThingRow old, ThingUpdate update) {
    Map<String, String> given = update.attributes();
    if (given == null) {
      return old.attributes();
    }
    return update.merge() ? Attributes.merge(old.attributes(), given) : Attributes.parse(given);
  }

  /**
   * DeleteThing. Succeeds when there is none. Its shadows stay.
   *
   * @throws ApiException InvalidRequest while a principal is attached, VersionConflict
   */
  public void delete(String name, @Nullable Long expectedVersion) {
    Name.check("thing name", name);
    shard.call(
        tx -> {
          ThingRow row = row(tx, name);
          if (row != null) {
            checkVersion(name, row, expectedVersion);
            principals.requireNone(tx, name);
            GroupMembers.leaveAll(tx, name);
            tx.delete(Tables.THING, Key.of(name));
            unindex(tx, name, row.typeName());
          }
          return name;
        });
  }

  private static void checkVersion(String name, ThingRow row, @Nullable Long expected) {
    if (expected != null && expected != row.version()) {
      throw new ApiException(
          AwsError.VERSION_CONFLICT,
          "thing %s has version %d, not the expected %d: read it again"
              .formatted(name, row.version(), expected));
    }
  }

  private Thing put(Tx tx, String name, @Nullable ThingRow old, ThingRow row) {
    tx.put(Tables.THING, Key.of(name), Json.encode(row));
    String oldType = old == null ? null : old.typeName();
    String type = row.typeName();
    if (!Objects.equals(oldType, type)) {
      unindex(tx, name, oldType);
      if (type != null) {
        tx.put(Tables.THING_BY_TYPE, Key.of(type, name), new byte[0]);
      }
    }
    return thing(name, row);
  }

  private static void unindex(Tx tx, String name, @Nullable String type) {
    if (type != null) {
      tx.delete(Tables.THING_BY_TYPE, Key.of(type, name));
    }
  }

  static @Nullable ThingRow row(Rows rows, String name) {
    byte[] stored = rows.get(Tables.THING, Key.of(name));
    return stored == null ? null : Json.decode(stored, ThingRow.class);
  }

  static ThingRow require(Rows rows, String name) {
    ThingRow row = row(rows, name);
    if (row == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "Thing " + name + " not found");
    }
    return row;
  }

  private Thing thing(String name, ThingRow row) {
    return new Thing(
        name,
        account.arn("thing/" + name),
        row.id(),
        row.typeName(),
        row.attributes(),
        row.version());
  }
}
