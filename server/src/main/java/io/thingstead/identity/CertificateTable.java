package io.thingstead.identity;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
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
   * @param marker what {@link Page#next} gave
   */
  static Page list(Rows rows, boolean ascending, @Nullable String marker, int limit) {
    Key prefix = Key.of(ascending ? ASCENDING : DESCENDING);
    Key after = marker == null ? null : parse(marker, prefix);
    List<Rows.Row> found = rows.scan(Tables.CERTIFICATE_BY_DATE, prefix, after, limit + 1);
    List<String> ids = new ArrayList<>();
    for (Rows.Row row : found.subList(0, Math.min(limit, found.size()))) {
      Key.Reader key = row.key().read();
      key.number();
      key.number();
      ids.add(key.text());
    }
    String next =
        found.size() > limit
            ? Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(found.get(limit - 1).key().bytes())
            : null;
    return new Page(ids, next);
  }

  private static Key parse(String marker, Key prefix) {
    try {
      Key key = Key.ofBytes(Base64.getUrlDecoder().decode(marker));
      if (key.startsWith(prefix)) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      // Not Base64: told as any other marker that is not ours.
    }
    throw new ApiException(
        AwsError.INVALID_REQUEST,
        "the marker was not given by this listing; begin again without one");
  }

  /**
   * Some ids of a listing.
   *
   * @param next the marker of the next page, or null
   */
  record Page(List<String> ids, @Nullable String next) {}
}
