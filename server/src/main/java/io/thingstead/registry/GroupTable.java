package io.thingstead.registry;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of thing groups and the hierarchies that they form. */
final class GroupTable {
  /** Levels of a hierarchy, the root among them. */
  static final int DEPTH_MAX = 7;

  static final int CHILDREN_MAX = 100;

  private GroupTable() {}

  static @Nullable GroupRow row(Rows rows, String name) {
    byte[] stored = rows.get(Tables.GROUP, Key.of(name));
    return stored == null ? null : Json.decode(stored, GroupRow.class);
  }

  static GroupRow require(Rows rows, String name) {
    GroupRow row = row(rows, name);
    if (row == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "Thing group " + name + " not found");
    }
    return row;
  }

  static void put(Tx tx, String name, GroupRow row) {
    tx.put(Tables.GROUP, Key.of(name), Json.encode(row));
    String parent = row.parent();
    if (parent != null) {
      tx.put(Tables.GROUP_CHILD, Key.of(parent, name), new byte[0]);
    }
  }

  static void delete(Tx tx, String name, GroupRow row) {
    tx.delete(Tables.GROUP, Key.of(name));
    String parent = row.parent();
    if (parent != null) {
      tx.delete(Tables.GROUP_CHILD, Key.of(parent, name));
    }
  }

  /** The groups above one, the root of its hierarchy first. */
  static List<String> ancestors(Rows rows, GroupRow of) {
    Deque<String> names = new ArrayDeque<>();
    // A parent is never deleted before its children.
    for (String parent = of.parent(); parent != null; parent = require(rows, parent).parent()) {
      names.addFirst(parent);
    }
    return List.copyOf(names);
  }

  /** The group at the top of a group's hierarchy, perhaps itself. */
  static String root(Rows rows, String name) {
    List<String> above = ancestors(rows, require(rows, name));
    return above.isEmpty() ? name : above.getFirst();
  }

  /** The children of a group, in the order of names; at most {@link #CHILDREN_MAX}. */
  static List<String> children(Rows rows, String parent) {
    return rows.scan(Tables.GROUP_CHILD, Key.of(parent), null, CHILDREN_MAX).stream()
        .map(GroupTable::second)
        .toList();
  }

  /** A group and all below it, each before its children. */
  static List<String> withDescendants(Rows rows, String name) {
    List<String> found = new ArrayList<>();
    Deque<String> open = new ArrayDeque<>(List.of(name));
    for (String next = open.pollFirst(); next != null; next = open.pollFirst()) {
      found.add(next);
      children(rows, next).reversed().forEach(open::addFirst);
    }
    return found;
  }

  static String second(Rows.Row row) {
    Key.Reader key = row.key().read();
    key.text();
    return key.text();
  }
}
