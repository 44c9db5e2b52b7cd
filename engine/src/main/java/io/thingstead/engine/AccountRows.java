package io.thingstead.engine;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One account's rows in one shard, read from tables. */
final class AccountRows implements Rows {
  private final Tables tables;
  private final ShardId shard;
  private final long account;

  AccountRows(Tables tables, ShardId shard, long account) {
    this.tables = tables;
    this.shard = shard;
    this.account = account;
  }

  byte[] encode(Table table, Key key) {
    return Layout.row(shard, account, table, key);
  }

  @Override
  public byte @Nullable [] get(Table table, Key key) {
    return tables.get(table.family(), encode(table, key));
  }

  @Override
  public List<Row> scan(Table table, Key prefix, @Nullable Key after, int limit) {
    byte[] start = encode(table, prefix);
    byte[] from = start;
    if (after != null) {
      byte[] behind = Layout.after(encode(table, after));
      from = Arrays.compareUnsigned(behind, start) > 0 ? behind : start;
    }
    return tables.scan(table.family(), from, Layout.end(start), limit).stream()
        .map(entry -> new Row(Layout.keyOf(entry.key()), entry.value()))
        .toList();
  }
}
