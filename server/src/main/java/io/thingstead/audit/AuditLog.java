package io.thingstead.audit;

import io.thingstead.account.Rate;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.engine.Tx;
import io.thingstead.model.Limits;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes down, in one account, every change by the control plane and every refusal of one, durably.
 * The oldest are forgotten when there are too many. Any thread may use it, but event loops.
 */
public final class AuditLog implements Deeds {
  /** How much a listing gives at once. */
  public static final Page.Size PAGE = new Page.Size("maxResults", 100, 1_000);

  private static final int FORGOTTEN_AT_ONCE = 10;

  private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());

  private final AccountShard shard;
  private final InstantSource clock;
  private final Supplier<Limits.Audit> limits;
  private final LongAdder lost = new LongAdder();
  private volatile Pace pace = new Pace(Limits.UNLIMITED, null);

  /** How many refusals are written down in a second, by the limit that it was made for. */
  private record Pace(int perSecond, @Nullable Rate rate) {}

  /** They are kept apart, so that those which many can make do not push the others out. */
  public enum Kind {
    /** Something was changed. */
    CHANGE(1),
    /** Somebody was kept from doing something. */
    REFUSAL(2),
    /** Somebody was given temporary credentials, or an identity. */
    CREDENTIALS(3);

    /** On disk. */
    private final int key;

    Kind(int key) {
      this.key = key;
    }
  }

  /**
   * @param shard where the account's deeds are kept
   * @param limits as they are now
   */
  public AuditLog(AccountShard shard, InstantSource clock, Supplier<Limits.Audit> limits) {
    this.shard = shard;
    this.clock = clock;
    this.limits = limits;
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
    Rate rate = rate();
    if (rate != null && rate.take(clock.millis(), 1) > 0) {
      lost.increment();
      return;
    }
    submit(Kind.REFUSAL, deed);
  }

  private @Nullable Rate rate() {
    Pace now = pace;
    int perSecond = limits.get().refusalsPerSecond();
    if (now.perSecond != perSecond) {
      now = new Pace(perSecond, Rate.of(perSecond));
      pace = now;
    }
    return now.rate;
  }

  @Override
  public void issued(Deed deed) {
    submit(Kind.CREDENTIALS, deed);
  }

  private void submit(Kind kind, Deed deed) {
    var _ =
        shard
            .submit(tx -> write(tx, kind, deed))
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
    long most =
        switch (kind) {
          case CHANGE -> limits.get().changes();
          case REFUSAL -> limits.get().refusals();
          case CREDENTIALS -> limits.get().credentials();
        };
    if (number > most) {
      // Some more than one, should the limit have been higher.
      tx.scan(Tables.AUDIT, Key.of(kind.key), key(kind, number - most + 1), FORGOTTEN_AT_ONCE)
          .forEach(row -> tx.delete(Tables.AUDIT, row.key()));
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
