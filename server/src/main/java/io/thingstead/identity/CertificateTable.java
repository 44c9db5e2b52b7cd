package io.thingstead.identity;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.row.Json;
import org.jspecify.annotations.Nullable;

/** The rows of certificates and their listings. */
final class CertificateTable {
  static final DateIndex BY_DATE = new DateIndex(Tables.CERTIFICATE_BY_DATE, null);

  private static final byte[] NOTHING = {};

  private CertificateTable() {}

  static DateIndex byCa(String caId) {
    return new DateIndex(Tables.CERTIFICATE_BY_CA, caId);
  }

  static @Nullable CertificateRow get(Rows rows, String id) {
    byte[] stored = rows.get(Tables.CERTIFICATE, Key.of(id));
    return stored == null ? null : Json.decode(stored, CertificateRow.class);
  }

  static void insert(Tx tx, String id, CertificateRow row) {
    put(tx, id, row);
    BY_DATE.insert(tx, row.createdMillis(), id);
    Expiry.insert(tx, Expiry.Of.CERTIFICATE, id, row.notAfterMillis());
    if (row.caId() != null) {
      byCa(row.caId()).insert(tx, row.createdMillis(), id);
    }
  }

  static void put(Tx tx, String id, CertificateRow row) {
    tx.put(Tables.CERTIFICATE, Key.of(id), Json.encode(row));
    if (row.status() == CertificateStatus.PENDING_ACTIVATION) {
      tx.put(Tables.WAITING, Key.of(id), NOTHING);
    } else {
      tx.delete(Tables.WAITING, Key.of(id));
    }
  }

  static void delete(Tx tx, String id, CertificateRow row) {
    tx.delete(Tables.CERTIFICATE, Key.of(id));
    tx.delete(Tables.WAITING, Key.of(id));
    BY_DATE.delete(tx, row.createdMillis(), id);
    Expiry.delete(tx, Expiry.Of.CERTIFICATE, id, row.notAfterMillis());
    if (row.caId() != null) {
      byCa(row.caId()).delete(tx, row.createdMillis(), id);
    }
  }
}
