package io.thingstead.identity;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Table;
import io.thingstead.engine.Tx;
import io.thingstead.row.Page;
import org.jspecify.annotations.Nullable;

/**
 * Ids in the order of their creation: two rows for each, so that both directions of a listing are
 * one scan.
 *
 * @param owner whose ids these are, or null when the table has only one list
 */
record DateIndex(Table table, @Nullable String owner) {
  private static final int ASCENDING = 0;
  private static final int DESCENDING = 1;
  private static final byte[] NOTHING = new byte[0];

  void insert(Tx tx, long createdMillis, String id) {
    tx.put(table, key(ASCENDING, createdMillis, id), NOTHING);
    tx.put(table, key(DESCENDING, Long.MAX_VALUE - createdMillis, id), NOTHING);
  }

  void delete(Tx tx, long createdMillis, String id) {
    tx.delete(table, key(ASCENDING, createdMillis, id));
    tx.delete(table, key(DESCENDING, Long.MAX_VALUE - createdMillis, id));
  }

  private Key key(int direction, long date, String id) {
    return owner == null ? Key.of(direction, date, id) : Key.of(owner, direction, date, id);
  }

  /**
   * Some of the ids.
   *
   * @param marker what the page before gave
   */
  Page<String> list(Rows rows, boolean ascending, @Nullable String marker, int limit) {
    int direction = ascending ? ASCENDING : DESCENDING;
    Key prefix = owner == null ? Key.of(direction) : Key.of(owner, direction);
    return Page.read(rows, table, prefix, limit, marker, this::id);
  }

  private String id(Rows.Row row) {
    Key.Reader parts = row.key().read();
    if (owner != null) {
      parts.text();
    }
    parts.number();
    parts.number();
    return parts.text();
  }
}
