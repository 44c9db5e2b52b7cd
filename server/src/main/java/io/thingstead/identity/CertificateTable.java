package io.thingstead.identity;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import org.jspecify.annotations.Nullable;

/** The rows of certificates and their listing by date. */
final class CertificateTable {
  private static final int ASCENDING = 0;
  private static final int DESCENDING = 1;
  private static final byte[] NOTHING = new byte[0];

  private CertificateTable() {}

  static @Nullable CertificateRow get(Rows rows, String id) {
    byte[] stored = rows.get(Tables.CERTIFICATE, Key.of(id));
    return stored == null ? null : Json.decode(stored, CertificateRow.class);
  }

  static void insert(Tx tx, String id, CertificateRow row) {
    put(tx, id, row);
    tx.put(Tables.CERTIFICATE_BY_DATE, byDate(ASCENDING, row, id), NOTHING);
    tx.put(Tables.CERTIFICATE_BY_DATE, byDate(DESCENDING, row, id), NOTHING);
  }

  static void put(Tx tx, String id, CertificateRow row) {
    tx.put(Tables.CERTIFICATE, Key.of(id), Json.encode(row));
  }

  static void delete(Tx tx, String id, CertificateRow row) {
    tx.delete(Tables.CERTIFICATE, Key.of(id));
    tx.delete(Tables.CERTIFICATE_BY_DATE, byDate(ASCENDING, row, id));
    tx.delete(Tables.CERTIFICATE_BY_DATE, byDate(DESCENDING, row, id));
  }

  private static Key byDate(int direction, CertificateRow row, String id) {
    long date = direction == ASCENDING ? row.createdMillis() : Long.MAX_VALUE - row.createdMillis();
    return Key.of(direction, date, id);
  }

  /**
   * Ids in the order of their creation.
   *
   * @param marker what the page before gave
   */
  static Page<String> list(Rows rows, boolean ascending, @Nullable String marker, int limit) {
    Key prefix = Key.of(ascending ? ASCENDING : DESCENDING);
    return Page.read(
        rows,
        Tables.CERTIFICATE_BY_DATE,
        prefix,
        limit,
        marker,
        row -> {
          Key.Reader key = row.key().read();
          key.number();
          key.number();
          return key.text();
        });
  }
}
