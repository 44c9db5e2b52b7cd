package io.thingstead.registry;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Page;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which things are in which static thing groups of one account. Methods wait for the registry
 * shard: for virtual threads, not for event loops.
 */
public final class GroupMembers {
  private static final int GROUPS_MAX = 10;

  private final AccountShard shard;
  private final ThingPrincipals principals;

  /**
   * @param shard the account's registry shard
   * @param principals told when what is said of a thing may have changed
   */
  public GroupMembers(AccountShard shard, ThingPrincipals principals) {
    this.shard = shard;
    this.principals = principals;
  }

  /**
   * AddThingToThingGroup. A member again succeeds and changes nothing.
   *
   * @throws ApiException ResourceNotFound; InvalidRequest when the thing is in ten groups, or in
   *     another one of the same hierarchy
   */
  public void add(String group, String thing) {
    update(thing, List.of(group), List.of());
  }

  /** RemoveThingFromThingGroup. Succeeds when the thing is not in it. */
  public void remove(String group, String thing) {
    update(thing, List.of(), List.of(group));
  }

  /** UpdateThingGroupsForThing: all of it or, when it is refused, nothing; removals come first. */
  public void update(String thing, List<String> toAdd, List<String> toRemove) {
    shard.call(
        tx -> {
          update(tx, thing, toAdd, toRemove);
          return thing;
        });
  }

  /** The same as a step of a command of the registry shard. */
  public void update(Tx tx, String thing, List<String> toAdd, List<String> toRemove) {
    Things.require(tx, thing);
    for (String group : toRemove) {
      GroupTable.require(tx, group);
      tx.delete(Tables.GROUP_THING, Key.of(group, thing));
      tx.delete(Tables.THING_GROUP, Key.of(thing, group));
    }
    toAdd.forEach(group -> add(tx, group, thing));
    principals.changed(tx, thing);
  }

  private static void add(Tx tx, String group, String thing) {
    String root = GroupTable.root(tx, group);
    List<String> in = groups(tx, thing);
    if (in.contains(group)) {
      return;
    }
    for (String other : in) {
      if (GroupTable.root(tx, other).equals(root)) {
        throw invalid(
            "thing %s cannot be added to group %s: it is in group %s of the same hierarchy"
                .formatted(thing, group, other));
      }
    }
    if (in.size() >= GROUPS_MAX) {
      throw invalid("thing " + thing + " is in " + GROUPS_MAX + " groups already");
    }
    tx.put(Tables.GROUP_THING, Key.of(group, thing), new byte[0]);
    tx.put(Tables.THING_GROUP, Key.of(thing, group), new byte[0]);
  }

  /** The names of a thing's groups, in order, by rows of the registry shard. */
  public static List<String> groups(Rows rows, String thing) {
    return rows.scan(Tables.THING_GROUP, Key.of(thing), null, GROUPS_MAX + 1).stream()
        .map(GroupTable::second)
        .toList();
  }

  /** The names of a thing's groups. */
  Page<String> groupsOf(String thing, @Nullable Integer maxResults, @Nullable String nextToken) {
    Rows rows = shard.durable();
    Things.require(rows, thing);
    return Page.read(
        rows,
        Tables.THING_GROUP,
        Key.of(thing),
        Page.Size.RESULTS.of(maxResults),
        nextToken,
        GroupTable::second);
  }

  /**
   * ListThingsInThingGroup: in the order of names, group by group.
   *
   * @param recursive the things of the groups below it, too
   */
  public Page<String> things(
      String group, boolean recursive, @Nullable Integer maxResults, @Nullable String nextToken) {
    int limit = Page.Size.RESULTS.of(maxResults);
    Rows rows = shard.durable();
    GroupTable.require(rows, group);
    Key after = Page.after(Tables.GROUP_THING, nextToken, Key.ALL);
    List<String> groups = recursive ? GroupTable.withDescendants(rows, group) : List.of(group);
    if (after != null) {
      int at = groups.indexOf(after.read().text());
      // The group in which the page before ended is gone: begin again rather than miss things.
      groups = groups.subList(Math.max(at, 0), groups.size());
    }
    List<Rows.Row> found = new ArrayList<>();
    for (String each : groups) {
      Key prefix = Key.of(each);
      Key from = after != null && after.startsWith(prefix) ? after : null;
      found.addAll(rows.scan(Tables.GROUP_THING, prefix, from, limit + 1 - found.size()));
      if (found.size() > limit) {
        Key last = found.get(limit - 1).key();
        return new Page<>(
            found.subList(0, limit).stream().map(GroupTable::second).toList(),
            Page.token(Tables.GROUP_THING, last));
      }
    }
    return new Page<>(found.stream().map(GroupTable::second).toList(), null);
  }

  /** The thing leaves all its groups, inside a command that deletes it. */
  static void leaveAll(Tx tx, String thing) {
    for (String group : groups(tx, thing)) {
      tx.delete(Tables.GROUP_THING, Key.of(group, thing));
      tx.delete(Tables.THING_GROUP, Key.of(thing, group));
    }
  }

  /** All things leave the group, inside the command that deletes it. */
  void removeAll(Tx tx, String group) {
    for (Rows.Row row : tx.scan(Tables.GROUP_THING, Key.of(group), null, Integer.MAX_VALUE)) {
      String thing = GroupTable.second(row);
      tx.delete(Tables.GROUP_THING, Key.of(group, thing));
      tx.delete(Tables.THING_GROUP, Key.of(thing, group));
      principals.changed(tx, thing);
    }
  }

  private static ApiException invalid(String message) {
    return new ApiException(AwsError.INVALID_REQUEST, message);
  }
}
