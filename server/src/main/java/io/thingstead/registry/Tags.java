package io.thingstead.registry;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;

/**
 * The tags of one account's resources, by the resources' ARNs. Methods wait for the registry shard:
 * for virtual threads, not for event loops; those that take a transaction are for callers that
 * already hold one.
 */
public final class Tags {
  private static final int TAGS_MAX = 50;
  private static final int KEY_MAX = 128;
  private static final int VALUE_MAX = 256;

  /** Kinds of resources that can have tags, and do not exist here yet or take none yet. */
  private static final Set<String> NOT_YET =
      Set.of(
          "billinggroup",
          "job",
          "jobtemplate",
          "stream",
          "otaupdate",
          "securityprofile",
          "scheduledaudit",
          "mitigationaction",
          "dimension",
          "custommetric",
          "package",
          "command",
          "fleetmetric");

  private final Account account;
  private final AccountShard shard;
  private final Map<String, BiPredicate<Rows, String>> kinds = new ConcurrentHashMap<>();

  /**
   * @param shard the account's registry shard
   */
  public Tags(Account account, AccountShard shard) {
    this.account = account;
    this.shard = shard;
    knows("thingtype", (rows, name) -> rows.get(Tables.THING_TYPE, Key.of(name)) != null);
    knows("thinggroup", (rows, name) -> rows.get(Tables.GROUP, Key.of(name)) != null);
  }

  /**
   * Lets resources of a kind have tags. Whoever deletes one must {@link #forget} them.
   *
   * @param kind as in their ARNs
   * @param exists whether there is a resource of this name, by rows of the registry shard
   */
  public void knows(String kind, BiPredicate<Rows, String> exists) {
    kinds.put(kind, exists);
  }

  /** TagResource: a key that it has gets the new value. */
  public void put(String arn, Map<String, String> tags) {
    shard.call(
        tx -> {
          requireResource(tx, arn);
          attach(tx, arn, tags);
          return arn;
        });
  }

  /** UntagResource. Succeeds for keys that it has not. */
  public void remove(String arn, List<String> keys) {
    shard.call(
        tx -> {
          requireResource(tx, arn);
          keys.forEach(key -> tx.delete(Tables.TAG, Key.of(arn, key)));
          return arn;
        });
  }

  /** ListTagsForResource, in the order of keys: never more than one page. */
  public SortedMap<String, String> of(String arn) {
    Rows rows = shard.durable();
    requireResource(rows, arn);
    return of(rows, arn);
  }

  private static SortedMap<String, String> of(Rows rows, String arn) {
    SortedMap<String, String> tags = new TreeMap<>();
    for (Rows.Row row : rows.scan(Tables.TAG, Key.of(arn), null, TAGS_MAX)) {
      tags.put(GroupTable.second(row), new String(row.value(), StandardCharsets.UTF_8));
    }
    return tags;
  }

  /** Tags a resource, inside the command that makes it. */
  public static void attach(Tx tx, String arn, Map<String, String> tags) {
    tags.forEach(Tags::check);
    SortedMap<String, String> all = of(tx, arn);
    all.putAll(tags);
    if (all.size() > TAGS_MAX) {
      throw new ApiException(
          AwsError.LIMIT_EXCEEDED, arn + " would have more than " + TAGS_MAX + " tags");
    }
    tags.forEach(
        (key, value) ->
            tx.put(Tables.TAG, Key.of(arn, key), value.getBytes(StandardCharsets.UTF_8)));
  }

  private static void check(String key, String value) {
    if (key.isEmpty() || key.length() > KEY_MAX || value.length() > VALUE_MAX) {
      throw invalid(
          "a tag's key has 1 to "
              + KEY_MAX
              + " characters, its value at most "
              + VALUE_MAX
              + ": not so that of "
              + (key.length() > KEY_MAX ? key.substring(0, KEY_MAX) + "…" : key));
    }
    if (key.startsWith("aws:")) {
      throw invalid("the tag " + key + " begins with aws:, which is reserved");
    }
  }

  /** Forgets a resource's tags, inside the command that deletes it. */
  public static void forget(Tx tx, String arn) {
    of(tx, arn).keySet().forEach(key -> tx.delete(Tables.TAG, Key.of(arn, key)));
  }

  private void requireResource(Rows rows, String arn) {
    String prefix = account.arn("");
    int slash = arn.indexOf('/');
    if (!arn.startsWith(prefix) || slash < prefix.length()) {
      throw missing(arn);
    }
    String kind = arn.substring(prefix.length(), slash);
    String name = arn.substring(slash + 1);
    BiPredicate<Rows, String> exists = kinds.get(kind);
    if (exists == null) {
      throw notTaggable(arn, kind);
    }
    if (!exists.test(rows, name)) {
      throw missing(arn);
    }
  }

  private static ApiException notTaggable(String arn, String kind) {
    return NOT_YET.contains(kind)
        ? new ApiException(
            AwsError.NOT_IMPLEMENTED, "tags of a " + kind + " are not implemented by this server")
        : invalid("the resource " + arn + " cannot have tags");
  }

  private static ApiException missing(String arn) {
    return new ApiException(
        AwsError.RESOURCE_NOT_FOUND, "there is no resource " + arn + " in this account");
  }

  private static ApiException invalid(String message) {
    return new ApiException(AwsError.INVALID_REQUEST, message);
  }
}
