package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.registry.ThingGroups;
import io.thingstead.row.Page;
import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** What policies of an account can be attached to: principals, and thing groups. */
final class Targets {
  private final String groupPrefix;
  private final BiPredicate<? super Tx, String> principalExists;
  private final Limits.Policies limits;

  /**
   * @param principalExists whether there is this principal, asked inside the command
   */
  Targets(
      Account account, BiPredicate<? super Tx, String> principalExists, Limits.Policies limits) {
    this.groupPrefix = account.arn("thinggroup/");
    this.principalExists = principalExists;
    this.limits = limits;
  }

  boolean isGroup(String target) {
    return target.startsWith(groupPrefix);
  }

  private String nameOf(String groupArn) {
    return groupArn.substring(groupPrefix.length());
  }

  /** Refuses with ResourceNotFound what there is not. */
  void require(Tx tx, String target) {
    boolean exists =
        isGroup(target) ? ThingGroups.exists(tx, nameOf(target)) : principalExists.test(tx, target);
    if (!exists) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND,
          "there is no certificate or thing group "
              + target
              + " in this account that a policy could be attached to");
    }
  }

  /** How many policies a target can have. */
  int max(String target) {
    return isGroup(target) ? limits.perThingGroup() : limits.perPrincipal();
  }

  /**
   * The names of a group's policies, then those of the groups above it, the nearest first.
   *
   * @throws ApiException ResourceNotFound for the group
   */
  List<String> around(Rows rows, String groupArn) {
    return ThingGroups.lineage(rows, nameOf(groupArn)).stream()
        .flatMap(name -> PolicyTable.attached(rows, groupPrefix + name).stream())
        .distinct()
        .toList();
  }

  /** The same in pages; there are few, so that each reads all. */
  Page<String> around(
      Rows rows, String groupArn, @Nullable Integer pageSize, @Nullable String marker) {
    int size = Page.Size.OLDER.of(pageSize);
    List<String> names = around(rows, groupArn);
    Key after = Page.after(Tables.TARGET_POLICY, marker, Key.of(groupArn));
    int from = after == null ? 0 : names.indexOf(PolicyTable.second(after)) + 1;
    int to = Math.min(names.size(), from + size);
    return new Page<>(
        names.subList(from, to),
        to == names.size()
            ? null
            : Page.token(Tables.TARGET_POLICY, Key.of(groupArn, names.get(to - 1))));
  }
}
