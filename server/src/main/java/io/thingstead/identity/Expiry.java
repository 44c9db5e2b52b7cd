package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.row.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Which certificates and CAs of an account end soon. Each is told of three times: 30, 7 and 1 days
 * before its end; what was told is remembered.
 */
public final class Expiry {
  /** Of what there is, in its row's key. */
  enum Of {
    CERTIFICATE,
    CA
  }

  /** More than an account can have. */
  private static final int CAS_MAX = 10_000;

  private static final int[] STEPS = {1, 7, 30};
  private static final Duration FIRST = Duration.ofDays(30);
  private static final int PAGE = 500;

  /** There once every certificate has its row: those that are older than these rows have none. */
  private static final Key COMPLETE = Key.of(0L, Of.values().length, "complete");

  private final Account account;
  private final AccountShard registry;
  private final InstantSource clock;

  Expiry(Account account, AccountShard registry, InstantSource clock) {
    this.account = account;
    this.registry = registry;
    this.clock = clock;
  }

  /**
   * One that ends soon.
   *
   * @param ca whether it is a CA
   * @param days what is left, rounded up to the step
   */
  public record Ending(boolean ca, String id, String arn, Instant end, int days) {}

  static void insert(Tx tx, Of of, String id, long notAfterMillis) {
    // What the account's own CA signs ends when nobody is left to be warned.
    if (notAfterMillis > 0 && notAfterMillis < DeviceCa.NOT_AFTER.toEpochMilli()) {
      tx.put(Tables.EXPIRY, Key.of(notAfterMillis, of.ordinal(), id), new byte[] {0});
    }
  }

  static void delete(Tx tx, Of of, String id, long notAfterMillis) {
    if (notAfterMillis > 0) {
      tx.delete(Tables.EXPIRY, Key.of(notAfterMillis, of.ordinal(), id));
    }
  }

  /** Makes the rows of certificates that were stored before there were such rows. */
  private void complete() {
    if (registry.durable().get(Tables.EXPIRY, COMPLETE) != null) {
      return;
    }
    Key after = null;
    List<Rows.Row> page;
    do {
      page = registry.durable().scan(Tables.CERTIFICATE, Key.ALL, after, PAGE);
      for (Rows.Row row : page) {
        after = row.key();
        String id = after.read().text();
        registry.call(tx -> insertMissing(tx, id));
      }
    } while (page.size() == PAGE);
    for (Rows.Row row : registry.durable().scan(Tables.CA_CERTIFICATE, Key.ALL, null, CAS_MAX)) {
      String id = row.key().read().text();
      long end =
          Json.decode(row.value(), CaCertificateRow.class)
              .certificate()
              .getNotAfter()
              .toInstant()
              .toEpochMilli();
      registry.call(
          tx ->
              tx.get(Tables.CA_CERTIFICATE, row.key()) != null
                  && insertMissing(tx, Of.CA, id, end));
    }
    registry.call(
        tx -> {
          tx.put(Tables.EXPIRY, COMPLETE, new byte[] {0});
          return true;
        });
  }

  private static boolean insertMissing(Tx tx, String id) {
    CertificateRow row = CertificateTable.get(tx, id);
    if (row == null) {
      return false;
    }
    long end = row.notAfterMillis();
    if (end == 0) {
      end = row.certificate().getNotAfter().toInstant().toEpochMilli();
      CertificateTable.put(tx, id, row.ending(end));
    }
    return insertMissing(tx, Of.CERTIFICATE, id, end);
  }

  private static boolean insertMissing(Tx tx, Of of, String id, long end) {
    boolean missing = tx.get(Tables.EXPIRY, Key.of(end, of.ordinal(), id)) == null;
    if (missing) {
      insert(tx, of, id, end);
    }
    return missing;
  }

  /** Tells of those whose next step has come. Waits for the shard: for virtual threads. */
  public void check(Consumer<Ending> to) {
    complete();
    long now = clock.millis();
    long last = now + FIRST.toMillis();
    Key after = Key.of(Math.max(0, now));
    List<Rows.Row> page;
    do {
      page = registry.durable().scan(Tables.EXPIRY, Key.ALL, after, PAGE);
      for (Rows.Row row : page) {
        after = row.key();
        Key.Reader key = row.key().read();
        long end = key.number();
        if (end > last) {
          return;
        }
        int step = step(end - now);
        if (row.value()[0] == 0 || row.value()[0] > step) {
          Ending ending = ending(key, end, step);
          if (mark(row.key(), step)) {
            to.accept(ending);
          }
        }
      }
    } while (page.size() == PAGE);
  }

  /**
   * Those that end within 30 days, the first to end first: CAs, and certificates that are active.
   * Reads the disk.
   *
   * @param limit at most so many
   */
  public List<Ending> ending(int limit) {
    long now = clock.millis();
    Rows rows = registry.durable();
    List<Ending> found = new ArrayList<>();
    for (Rows.Row row : rows.scan(Tables.EXPIRY, Key.ALL, Key.of(Math.max(0, now)), PAGE)) {
      Key.Reader key = row.key().read();
      long end = key.number();
      if (end > now + FIRST.toMillis() || found.size() == limit) {
        break;
      }
      Ending ending = ending(key, end, step(end - now));
      if (ending.ca() || isActive(rows, ending.id())) {
        found.add(ending);
      }
    }
    return found;
  }

  private static boolean isActive(Rows rows, String certificateId) {
    CertificateRow row = CertificateTable.get(rows, certificateId);
    return row != null && row.status() == CertificateStatus.ACTIVE;
  }

  private static int step(long leftMillis) {
    for (int days : STEPS) {
      if (leftMillis <= Duration.ofDays(days).toMillis()) {
        return days;
      }
    }
    return STEPS[STEPS.length - 1];
  }

  private Ending ending(Key.Reader key, long end, int step) {
    boolean ca = key.number() == Of.CA.ordinal();
    String id = key.text();
    String arn = account.arn((ca ? "cacert/" : "cert/") + id);
    return new Ending(ca, id, arn, Instant.ofEpochMilli(end), step);
  }

  /** Remembers that it was told; false when it is gone by now. */
  private boolean mark(Key key, int step) {
    return registry.call(
        tx -> {
          boolean there = tx.get(Tables.EXPIRY, key) != null;
          if (there) {
            tx.put(Tables.EXPIRY, key, new byte[] {(byte) step});
          }
          return there;
        });
  }
}
