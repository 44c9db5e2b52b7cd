package io.thingstead.registry;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Uuids;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The thing types of one account. Methods wait for the registry shard: for virtual threads, not for
 * event loops.
 */
public final class ThingTypes {
  private static final Duration DEPRECATED_BEFORE_DELETE = Duration.ofMinutes(5);

  private final Account account;
  private final AccountShard shard;
  private final RandomGenerator random;

  /**
   * @param shard the account's registry shard
   * @param random makes type ids; safe for any thread
   */
  public ThingTypes(Account account, AccountShard shard, RandomGenerator random) {
    this.account = account;
    this.shard = shard;
    this.random = random;
  }

  /**
   * CreateThingType. The same type again succeeds and changes nothing, its tags neither.
   *
   * @throws ApiException ResourceAlreadyExists when one with other properties has the name
   */
  public ThingType create(String name, TypeProperties properties, Map<String, String> tags) {
    Name.check("thing type name", name);
    String id = Uuids.next(random);
    return shard.call(
        tx -> {
          ThingTypeRow existing = row(tx, name);
          if (existing == null) {
            long now = tx.now().toEpochMilli();
            Tags.attach(tx, arn(name), tags);
            return put(tx, name, ThingTypeRow.of(id, properties, now, null));
          }
          if (!existing.properties().equals(properties)) {
            throw new ApiException(
                AwsError.RESOURCE_ALREADY_EXISTS,
                "thing type " + name + " already exists with different properties",
                Map.of("resourceId", name, "resourceArn", arn(name)));
          }
          return type(name, existing);
        });
  }

  /**
   * UpdateThingType: what is added to the messages of its things; nothing else of a type changes.
   *
   * @param properties with the description and searchable attributes that it has, or none
   * @throws ApiException ResourceNotFound; InvalidRequest when something else is to change
   */
  public void update(String name, TypeProperties properties) {
    Name.check("thing type name", name);
    shard.call(
        tx -> {
          ThingTypeRow old = require(tx, name);
          TypeProperties is = old.properties();
          boolean other =
              properties.description() != null && !properties.description().equals(is.description())
                  || !properties.searchableAttributes().isEmpty()
                      && !properties.searchableAttributes().equals(is.searchableAttributes());
          if (other) {
            throw invalid(
                "thing type "
                    + name
                    + ": thingTypeDescription and searchableAttributes cannot change; only"
                    + " mqtt5Configuration can");
          }
          TypeProperties now =
              new TypeProperties(
                  is.description(), is.searchableAttributes(), properties.propagations());
          Long deprecated = old.deprecatedMillis();
          return put(tx, name, ThingTypeRow.of(old.id(), now, old.createdMillis(), deprecated));
        });
  }

  /** DescribeThingType. */
  public ThingType describe(String name) {
    Name.check("thing type name", name);
    return type(name, require(shard.durable(), name));
  }

  /**
   * ListThingTypes, in the order of names.
   *
   * @param only the one name to list, or null for all
   */
  public Page<ThingType> list(
      @Nullable String only, @Nullable Integer maxResults, @Nullable String nextToken) {
    return Page.read(
        shard.durable(),
        Tables.THING_TYPE,
        only == null ? Key.ALL : Key.of(only),
        Page.Size.RESULTS.of(maxResults),
        nextToken,
        row -> type(row.key().read().text(), Json.decode(row.value(), ThingTypeRow.class)));
  }

  /** DeprecateThingType: from now on no thing can take it; or again can. */
  public ThingType deprecate(String name, boolean undo) {
    Name.check("thing type name", name);
    return shard.call(
        tx -> {
          ThingTypeRow old = require(tx, name);
          Long since = old.deprecatedMillis();
          Long now = Long.valueOf(tx.now().toEpochMilli());
          return put(
              tx,
              name,
              ThingTypeRow.of(
                  old.id(),
                  old.properties(),
                  old.createdMillis(),
                  undo ? null : since == null ? now : since));
        });
  }

  /**
   * DeleteThingType.
   *
   * @throws ApiException InvalidRequest unless it was deprecated five minutes ago and no thing has
   *     it
   */
  public void delete(String name) {
    Name.check("thing type name", name);
    shard.call(
        tx -> {
          Long deprecated = require(tx, name).deprecatedMillis();
          if (deprecated == null) {
            throw invalid("thing type " + name + " must be deprecated before it is deleted");
          }
          Instant free = Instant.ofEpochMilli(deprecated).plus(DEPRECATED_BEFORE_DELETE);
          if (tx.now().isBefore(free)) {
            throw invalid(
                "thing type "
                    + name
                    + " was deprecated less than 5 minutes ago: wait until "
                    + free);
          }
          if (!tx.scan(Tables.THING_BY_TYPE, Key.of(name), null, 1).isEmpty()) {
            throw invalid("thing type " + name + " still has things associated with it");
          }
          Tags.forget(tx, arn(name));
          tx.delete(Tables.THING_TYPE, Key.of(name));
          return name;
        });
  }

  /** Refuses a type that no thing can take: 404 when it is unknown, 400 when deprecated. */
  static void requireUsable(Tx tx, String name) {
    if (require(tx, name).deprecatedMillis() != null) {
      throw invalid("thing type " + name + " is deprecated: no thing can be associated with it");
    }
  }

  private static @Nullable ThingTypeRow row(Rows rows, String name) {
    byte[] stored = rows.get(Tables.THING_TYPE, Key.of(name));
    return stored == null ? null : Json.decode(stored, ThingTypeRow.class);
  }

  private static ThingTypeRow require(Rows rows, String name) {
    ThingTypeRow row = row(rows, name);
    if (row == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "Thing type " + name + " not found");
    }
    return row;
  }

  private ThingType put(Tx tx, String name, ThingTypeRow row) {
    tx.put(Tables.THING_TYPE, Key.of(name), Json.encode(row));
    return type(name, row);
  }

  private String arn(String name) {
    return account.arn("thingtype/" + name);
  }

  private ThingType type(String name, ThingTypeRow row) {
    Long deprecated = row.deprecatedMillis();
    return new ThingType(
        name,
        arn(name),
        row.id(),
        row.properties(),
        Instant.ofEpochMilli(row.createdMillis()),
        deprecated == null ? null : Instant.ofEpochMilli(deprecated));
  }

  private static ApiException invalid(String message) {
    return new ApiException(AwsError.INVALID_REQUEST, message);
  }
}
