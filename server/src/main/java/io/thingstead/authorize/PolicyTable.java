package io.thingstead.authorize;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicyDocument;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of policies, their versions and attachments. */
final class PolicyTable {
  static final byte[] NOTHING = {};

  private static final int ASCENDING = 0;
  private static final int DESCENDING = 1;

  /** No target and no policy can have more; see the limits. */
  private static final int FEW = 100;

  private PolicyTable() {}

  static @Nullable PolicyRow find(Rows rows, String name) {
    byte[] stored = rows.get(Tables.POLICY, Key.of(name));
    return stored == null ? null : Json.decode(stored, PolicyRow.class);
  }

  static PolicyRow require(Rows rows, String name) {
    PolicyRow row = find(rows, name);
    if (row == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "there is no policy " + name);
    }
    return row;
  }

  static VersionRow requireVersion(Rows rows, String name, long version) {
    byte[] stored = rows.get(Tables.VERSION, Key.of(name, version));
    if (stored == null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND, "policy " + name + " has no version " + version);
    }
    return Json.decode(stored, VersionRow.class);
  }

  static void put(Tx tx, String name, PolicyRow row) {
    tx.put(Tables.POLICY, Key.of(name), Json.encode(row));
  }

  static void putVersion(Tx tx, String name, long version, VersionRow row) {
    tx.put(Tables.VERSION, Key.of(name, version), Json.encode(row));
  }

  static void insert(Tx tx, String name, PolicyRow row) {
    put(tx, name, row);
    tx.put(Tables.POLICY_BY_DATE, byDate(ASCENDING, name, row), NOTHING);
    tx.put(Tables.POLICY_BY_DATE, byDate(DESCENDING, name, row), NOTHING);
  }

  static void delete(Tx tx, String name, PolicyRow row) {
    tx.delete(Tables.POLICY, Key.of(name));
    tx.delete(Tables.VERSION, Key.of(name, row.defaultVersion()));
    tx.delete(Tables.POLICY_BY_DATE, byDate(ASCENDING, name, row));
    tx.delete(Tables.POLICY_BY_DATE, byDate(DESCENDING, name, row));
  }

  private static Key byDate(int direction, String name, PolicyRow row) {
    long date = direction == ASCENDING ? row.createdMillis() : Long.MAX_VALUE - row.createdMillis();
    return Key.of(direction, date, name);
  }

  static Page<String> names(
      Rows rows, boolean ascending, @Nullable Integer pageSize, @Nullable String marker) {
    Key prefix = Key.of(ascending ? ASCENDING : DESCENDING);
    return Page.read(
        rows,
        Tables.POLICY_BY_DATE,
        prefix,
        Page.Size.OLDER.of(pageSize),
        marker,
        PolicyTable::dated);
  }

  private static String dated(Rows.Row row) {
    Key.Reader key = row.key().read();
    key.number();
    key.number();
    return key.text();
  }

  static List<Rows.Row> versions(Rows rows, String name) {
    return rows.scan(Tables.VERSION, Key.of(name), null, FEW);
  }

  static long versionOf(Rows.Row row) {
    Key.Reader key = row.key().read();
    key.text();
    return key.number();
  }

  /** The second text of a key of two. */
  static String second(Rows.Row row) {
    return second(row.key());
  }

  static String second(Key of) {
    Key.Reader key = of.read();
    key.text();
    return key.text();
  }

  /** The names of the policies attached to a target, in order. */
  static List<String> attached(Rows rows, String target) {
    return rows.scan(Tables.TARGET_POLICY, Key.of(target), null, FEW).stream()
        .map(PolicyTable::second)
        .toList();
  }

  /** The version in force, or null when the policy is no more. */
  static @Nullable NamedPolicy inForce(Rows rows, String name) {
    PolicyRow row = find(rows, name);
    byte[] version =
        row == null ? null : rows.get(Tables.VERSION, Key.of(name, row.defaultVersion()));
    if (row == null || version == null) {
      return null;
    }
    String document = Json.decode(version, VersionRow.class).document();
    return new NamedPolicy(
        name, Long.toString(row.defaultVersion()), PolicyDocument.parse(document));
  }
}
