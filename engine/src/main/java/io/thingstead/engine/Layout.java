package io.thingstead.engine;

import java.util.Arrays;

/**
 * The encoding of a row's key: shard (kind 1 byte, partition 2 bytes), account (8 bytes), table (2
 * bytes), then the key within the table. Numbers are unsigned big-endian.
 */
final class Layout {
  static final int SHARD_BYTES = 3;
  static final int PREFIX_BYTES = SHARD_BYTES + 8 + 2;

  /** The account under which the engine keeps rows of its own; no account has this number. */
  static final long ENGINE_ACCOUNT = -1;

  private Layout() {}

  static byte[] row(ShardId shard, long account, Table table, Key key) {
    byte[] row = new byte[PREFIX_BYTES + key.length()];
    write(row, 0, shard, account, table, key);
    return row;
  }

  static int write(byte[] to, int at, ShardId shard, long account, Table table, Key key) {
    int next = writeShard(to, at, shard);
    for (int shift = 56; shift >= 0; shift -= 8) {
      to[next++] = (byte) (account >>> shift);
    }
    to[next++] = (byte) (table.id() >>> 8);
    to[next++] = (byte) table.id();
    return key.copyTo(to, next);
  }

  static byte[] shard(ShardId shard) {
    byte[] prefix = new byte[SHARD_BYTES];
    writeShard(prefix, 0, shard);
    return prefix;
  }

  static ShardId shardOf(byte[] row) {
    return new ShardId(row[0] & 0xFF, (row[1] & 0xFF) << 8 | row[2] & 0xFF);
  }

  static Key keyOf(byte[] row) {
    return Key.ofBytes(Arrays.copyOfRange(row, PREFIX_BYTES, row.length));
  }

  /** The smallest row key behind this one. */
  static byte[] after(byte[] row) {
    return Arrays.copyOf(row, row.length + 1);
  }

  /** The smallest row key behind all that begin with this prefix, which is not all FF. */
  static byte[] end(byte[] prefix) {
    int last = prefix.length - 1;
    while (prefix[last] == (byte) 0xFF) {
      last--;
    }
    byte[] end = Arrays.copyOf(prefix, last + 1);
    end[last]++;
    return end;
  }

  private static int writeShard(byte[] to, int at, ShardId shard) {
    to[at] = (byte) shard.kind();
    to[at + 1] = (byte) (shard.partition() >>> 8);
    to[at + 2] = (byte) shard.partition();
    return at + SHARD_BYTES;
  }
}
