package io.thingstead.audit;

import io.thingstead.account.Rate;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.engine.Tx;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Writes down, in one account, every change by the control plane and every refusal of one, durably.
 * The oldest are forgotten when there are too many. Any thread may use it, but event loops.
 */
public final class AuditLog implements Deeds {
  /** Changes that are kept; some 300 bytes each. */
  public static final long CHANGES_MAX = 100_000;

  /** Refusals that are kept: callers without any right can make them. */
  public static final long REFUSALS_MAX = 10_000;

  /** Refusals written down in a second; those beyond are counted. */
  static final int REFUSALS_PER_SECOND = 50;

  /** How much a listing gives at once. */
  public static final Page.Size PAGE = new Page.Size("maxResults", 100, 1_000);

  private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());

  private final AccountShard shard;
  private final InstantSource clock;
  private final @Nullable Rate refusals = Rate.of(REFUSALS_PER_SECOND);
  private final LongAdder lost = new LongAdder();
  private final long changesMax;
  private final long refusalsMax;

  /** Changes and refusals are kept apart, so that refusals cannot push changes out. */
  public enum Kind {
    CHANGE(1),
    REFUSAL(2);

    /** On disk. */
    private final int key;

    Kind(int key) {
      this.key = key;
    }
  }

  /**
   * @param shard where the account's deeds are kept
   */
  public AuditLog(AccountShard shard, InstantSource clock) {
    this(shard, clock, CHANGES_MAX, REFUSALS_MAX);
  }

  AuditLog(AccountShard shard, InstantSource clock, long changesMax, long refusalsMax) {
    this.shard = shard;
    this.clock = clock;
    this.changesMax = changesMax;
    this.refusalsMax = refusalsMax;
  }

  @Override
  public void changed(Deed deed) {
    try {
      shard.call(tx -> write(tx, Kind.CHANGE, deed));
    } catch (StoreUnavailableException e) {
      // The change is durable already: to refuse it now would be a lie.
      lost.increment();
      LOG.log(System.Logger.Level.ERROR, "not written down: {0}: {1}", deed, e.getMessage());
    }
  }

  @Override
  public void refused(Deed deed) {
    if (refusals != null && refusals.take(clock.millis(), 1) > 0) {
      lost.increment();
      return;
    }
    var _ =
        shard
            .submit(tx -> write(tx, Kind.REFUSAL, deed))
            .exceptionally(
                _ -> {
                  lost.increment();
                  return 0L;
                });
  }

  private Long write(Tx tx, Kind kind, Deed deed) {
    var latest = tx.scan(Tables.AUDIT, Key.of(kind.key), null, 1);
    long number = latest.isEmpty() ? 1 : row(latest.getFirst().value()).number() + 1;
    tx.put(
        Tables.AUDIT,
        key(kind, number),
        Json.encode(new AuditRow(number, tx.now().toEpochMilli(), deed)));
    long most = kind == Kind.CHANGE ? changesMax : refusalsMax;
    if (number > most) {
      tx.delete(Tables.AUDIT, key(kind, number - most));
    }
    return number;
  }

  private static Key key(Kind kind, long number) {
    return Key.of(kind.key, Long.MAX_VALUE - number);
  }

  private static AuditRow row(byte[] stored) {
    return Json.decode(stored, AuditRow.class);
  }

  /** What is written down, the latest first. Waits: for virtual threads. */
  public Page<AuditEntry> list(Kind kind, int limit, @Nullable String token) {
    return Page.read(
        shard.durable(),
        Tables.AUDIT,
        Key.of(kind.key),
        limit,
        token,
        row -> {
          AuditRow stored = row(row.value());
          return new AuditEntry(
              stored.number(), Instant.ofEpochMilli(stored.atMillis()), stored.deed());
        });
  }

  /** Deeds that could not be written down. */
  public LongAdder lost() {
    return lost;
  }
}
