package io.thingstead.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads of one account's rows in one shard. */
public interface Rows {
  /** The value of a row, or null when there is none. The array is the caller's to keep. */
  byte @Nullable [] get(Table table, Key key);

  /**
   * Rows whose key begins with {@code prefix}, in key order.
   *
   * @param after only rows behind this key, or null to begin at the first: a listing's cursor
   * @param limit at most so many rows
   */
  List<Row> scan(Table table, Key prefix, @Nullable Key after, int limit);

  /**
   * A row that a scan found.
   *
   * @param key whole key, with the prefix
   * @param value its value
   */
  record Row(Key key, byte[] value) {}
}
