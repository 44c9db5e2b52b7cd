package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Table;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Page;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What users, roles and policies have in common: paths, ARNs, tags, listings. */
final class Names {
  static final byte[] NOTHING = {};

  private Names() {}

  static String path(@Nullable String given) {
    return given == null || given.isEmpty() ? "/" : given;
  }

  static String arn(Account account, String kind, String path, String name) {
    return "arn:aws:iam::" + account.id() + ":" + kind + path + name;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static String first(Rows.Row row) {
    return row.key().read().text();
  }

  static String second(Rows.Row row) {
    Key.Reader key = row.key().read();
    key.text();
    return key.text();
  }

  /** Refuses one more row than the quota. */
  static void requireRoom(Tx tx, Table table, Key prefix, String quota, int limit) {
    if (tx.scan(table, prefix, null, limit).size() >= limit) {
      throw Refused.quota(quota, limit);
    }
  }

  /** Tags with some added or replaced. */
  static Map<String, String> tagged(Map<String, String> old, Map<String, String> more, int most) {
    Map<String, String> all = new HashMap<>(old);
    all.putAll(more);
    if (all.size() > most) {
      throw Refused.quota("TagsPerResource", most);
    }
    return all;
  }

  static Map<String, String> untagged(Map<String, String> old, List<String> keys) {
    Map<String, String> all = new HashMap<>(old);
    keys.forEach(all::remove);
    return all;
  }

  /** One page of the rows below a prefix; null items are left out. */
  static <T> Page<T> page(
      Rows rows,
      Table table,
      Key prefix,
      @Nullable Integer maxItems,
      @Nullable String marker,
      Function<Rows.Row, @Nullable T> item) {
    int limit = maxItems == null ? PersonLimits.PAGE : Math.min(maxItems, PersonLimits.PAGE_MAX);
    try {
      return Page.filtered(rows, table, prefix, limit, marker, item);
    } catch (ApiException _) {
      throw new ApiException(
          AwsError.VALIDATION, "Invalid Marker: pass the one of the page before, unchanged");
    }
  }
}
