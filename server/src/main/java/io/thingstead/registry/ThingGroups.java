package io.thingstead.registry;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.identity.Attachments;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Uuids;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The static thing groups of one account and their hierarchies; {@link GroupMembers} has the things
 * in them. Methods wait for the registry shard: for virtual threads, not for event loops.
 */
public final class ThingGroups {
  private final Account account;
  private final AccountShard shard;
  private final GroupMembers members;
  private final RandomGenerator random;
  private final List<Attachments> attachments = new CopyOnWriteArrayList<>();

  /**
   * @param shard the account's registry shard
   * @param random makes group ids; safe for any thread
   */
  public ThingGroups(
      Account account, AccountShard shard, GroupMembers members, RandomGenerator random) {
    this.account = account;
    this.shard = shard;
    this.members = members;
    this.random = random;
  }

  /** Has what is attached to groups detached from one that is deleted. */
  public void detachingFrom(Attachments policies) {
    attachments.add(policies);
  }

  /**
   * CreateThingGroup. The same group again succeeds and changes nothing.
   *
   * @param parent for ever, or null for the root of a hierarchy
   * @throws ApiException ResourceAlreadyExists when one with another parent or properties has the
   *     name; InvalidRequest when there is no such parent or its hierarchy is full
   */
  public ThingGroup create(
      String name, @Nullable String parent, GroupProperties properties, Map<String, String> tags) {
    Name.check("thing group name", name);
    String id = Uuids.next(random);
    return shard.call(
        tx -> {
          GroupRow existing = GroupTable.row(tx, name);
          if (existing != null) {
            return same(tx, name, existing, parent, properties);
          }
          if (parent != null) {
            checkRoom(tx, parent);
          }
          GroupRow row = GroupRow.of(id, parent, properties, 1, tx.now().toEpochMilli());
          GroupTable.put(tx, name, row);
          Tags.attach(tx, arn(name), tags);
          return group(tx, name, row);
        });
  }

  private ThingGroup same(
      Rows rows,
      String name,
      GroupRow existing,
      @Nullable String parent,
      GroupProperties properties) {
    if (!Objects.equals(existing.parent(), parent) || !existing.properties().equals(properties)) {
      throw new ApiException(
          AwsError.RESOURCE_ALREADY_EXISTS,
          "thing group " + name + " already exists with another parent or other properties",
          Map.of("resourceId", name, "resourceArn", arn(name)));
    }
    return group(rows, name, existing);
  }

  private static void checkRoom(Tx tx, String parent) {
    GroupRow row = GroupTable.row(tx, parent);
    if (row == null) {
      throw invalid("the parent group " + parent + " does not exist");
    }
    if (GroupTable.ancestors(tx, row).size() + 2 > GroupTable.DEPTH_MAX) {
      throw invalid(
          "the parent group "
              + parent
              + " is at the lowest of the "
              + GroupTable.DEPTH_MAX
              + " levels that a hierarchy has");
    }
    if (GroupTable.children(tx, parent).size() == GroupTable.CHILDREN_MAX) {
      throw invalid(
          "the parent group "
              + parent
              + " has its "
              + GroupTable.CHILDREN_MAX
              + " children already");
    }
  }

  /** DescribeThingGroup. */
  public ThingGroup describe(String name) {
    Name.check("thing group name", name);
    Rows rows = shard.durable();
    return group(rows, name, GroupTable.require(rows, name));
  }

  /**
   * UpdateThingGroup.
   *
   * @return the group after the update
   * @throws ApiException ResourceNotFound, VersionConflict, InvalidRequest
   */
  public ThingGroup update(String name, GroupUpdate update) {
    Name.check("thing group name", name);
    return shard.call(
        tx -> {
          GroupRow old = GroupTable.require(tx, name);
          checkVersion(name, old, update.expectedVersion());
          GroupRow row =
              GroupRow.of(
                  old.id(),
                  old.parent(),
                  update.over(old.properties()),
                  old.version() + 1,
                  old.createdMillis());
          GroupTable.put(tx, name, row);
          return group(tx, name, row);
        });
  }

  /**
   * DeleteThingGroup. Succeeds when there is none; its things stay, and so do the policies that
   * were attached to it.
   *
   * @throws ApiException InvalidRequest while it has child groups, VersionConflict
   */
  public void delete(String name, @Nullable Long expectedVersion) {
    Name.check("thing group name", name);
    shard.call(
        tx -> {
          GroupRow row = GroupTable.row(tx, name);
          if (row != null) {
            checkVersion(name, row, expectedVersion);
            List<String> children = GroupTable.children(tx, name);
            if (!children.isEmpty()) {
              throw invalid(
                  "thing group "
                      + name
                      + " has child groups, "
                      + children.getFirst()
                      + " among them: delete them first");
            }
            members.removeAll(tx, name);
            Tags.forget(tx, arn(name));
            attachments.forEach(each -> each.detachAll(tx, arn(name)));
            GroupTable.delete(tx, name, row);
          }
          return name;
        });
  }

  private static void checkVersion(String name, GroupRow row, @Nullable Long expected) {
    if (expected != null && expected != row.version()) {
      throw new ApiException(
          AwsError.VERSION_CONFLICT,
          "thing group %s has version %d, not the expected %d: read it again"
              .formatted(name, row.version(), expected));
    }
  }

  /**
   * ListThingGroups, in the order of names. A page may hold fewer than asked for, or none, and
   * still have a next one.
   *
   * @param parent only groups below this one, or null for all
   * @param prefix only names that begin so, or null for any
   * @param recursive not only the first level below the parent, or of all hierarchies
   */
  public Page<ThingGroup.Named> list(
      @Nullable String parent,
      @Nullable String prefix,
      boolean recursive,
      @Nullable Integer maxResults,
      @Nullable String nextToken) {
    Rows rows = shard.durable();
    if (parent != null) {
      GroupTable.require(rows, parent);
    }
    return Page.filtered(
        rows,
        Tables.GROUP,
        Key.ALL,
        Page.Size.RESULTS.of(maxResults),
        nextToken,
        found -> {
          String name = found.key().read().text();
          GroupRow row = Json.decode(found.value(), GroupRow.class);
          boolean wanted =
              (prefix == null || name.startsWith(prefix)) && isBelow(rows, row, parent, recursive);
          return wanted ? new ThingGroup.Named(name, arn(name)) : null;
        });
  }

  private static boolean isBelow(
      Rows rows, GroupRow row, @Nullable String parent, boolean recursive) {
    if (!recursive) {
      return Objects.equals(row.parent(), parent);
    }
    return parent == null || GroupTable.ancestors(rows, row).contains(parent);
  }

  /** ListThingGroupsForThing, in the order of names. */
  public Page<ThingGroup.Named> ofThing(
      String thing, @Nullable Integer maxResults, @Nullable String nextToken) {
    Page<String> names = members.groupsOf(thing, maxResults, nextToken);
    return new Page<>(
        names.items().stream().map(name -> new ThingGroup.Named(name, arn(name))).toList(),
        names.next());
  }

  /**
   * ARNs of the groups that a thing is in, each followed by those above it from the nearest on;
   * none when there is no such thing. Durable; does not wait for the shard.
   */
  public List<String> around(String thing) {
    Rows rows = shard.durable();
    return GroupMembers.groups(rows, thing).stream()
        .flatMap(group -> lineage(rows, group).stream())
        .distinct()
        .map(this::arn)
        .toList();
  }

  /** Whether there is a group of this name, by rows of the registry shard. */
  public static boolean exists(Rows rows, String name) {
    return GroupTable.row(rows, name) != null;
  }

  /** A group and those above it from the nearest on, by rows of the registry shard. */
  public static List<String> lineage(Rows rows, String name) {
    List<String> names =
        new ArrayList<>(GroupTable.ancestors(rows, GroupTable.require(rows, name)));
    names.add(name);
    return names.reversed();
  }

  private String arn(String name) {
    return account.arn("thinggroup/" + name);
  }

  private ThingGroup group(Rows rows, String name, GroupRow row) {
    return new ThingGroup(
        name,
        arn(name),
        row.id(),
        row.properties(),
        row.version(),
        GroupTable.ancestors(rows, row).stream()
            .map(above -> new ThingGroup.Named(above, arn(above)))
            .toList(),
        Instant.ofEpochMilli(row.createdMillis()));
  }

  private static ApiException invalid(String message) {
    return new ApiException(AwsError.INVALID_REQUEST, message);
  }
}
