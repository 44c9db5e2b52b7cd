package io.thingstead.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ordered rows by encoded key, see {@link Layout}: what a store keeps, and what an overlay shows on
 * top of it. Reads throw {@link StoreReadException} when the disk does not give the rows.
 */
public interface Tables {
  /** The value of a row, or null when there is none. The array is the caller's to keep. */
  byte @Nullable [] get(Family family, byte[] key);

  /**
   * Rows in key order.
   *
   * @param from first key, inclusive
   * @param to last key, exclusive
   * @param limit at most so many rows
   */
  List<Entry> scan(Family family, byte[] from, byte[] to, int limit);

  /** A row with its encoded key. */
  record Entry(byte[] key, byte[] value) {}
}
