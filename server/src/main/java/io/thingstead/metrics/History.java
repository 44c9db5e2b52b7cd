package io.thingstead.metrics;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.row.Json;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * What happened in one account: the last five minutes by the second, the last day by the minute.
 * Reads counters when it is told to, so that those who count pay nothing. The seconds are in memory
 * only; each minute that is over has a row, which the same minute of the next day overwrites. Takes
 * some 140 KB. Any thread may call it.
 */
public final class History {
  /** Samples by the second. */
  public static final int SECONDS = 300;

  /** Samples by the minute. */
  public static final int MINUTES = 1440;

  private static final System.Logger LOG = System.getLogger(History.class.getName());
  private static final int MINUTE = 60;

  /**
   * The longest time without a look, in seconds, over which what was counted is spread evenly; what
   * came in a longer one counts for its last second.
   */
  private static final int SPREAD_MAX = 10;

  private static final Series[] ALL = Series.values();

  private final AccountShard shard;
  private final LongSupplier[] sources = new LongSupplier[ALL.length];
  private final long[] counted = new long[ALL.length];
  private final Ring seconds = new Ring(SECONDS);

  /** And the one that goes on. */
  private final Ring minutes = new Ring(MINUTES + 1);

  private long latest;

  /**
   * Reads what a former run has left of the last day.
   *
   * @param shard where the rows are
   * @param sources every series' level, or count since the server started
   * @param now in seconds since 1970
   */
  public History(AccountShard shard, EnumMap<Series, LongSupplier> sources, long now) {
    this.shard = shard;
    this.latest = now;
    for (Series each : ALL) {
      LongSupplier source = sources.get(each);
      if (source == null) {
        throw new IllegalArgumentException("nothing to read " + each + " from");
      }
      this.sources[each.ordinal()] = source;
    }
    for (Rows.Row row : shard.durable().scan(Tables.MINUTE, Key.ALL, null, MINUTES)) {
      MinuteRow kept = Json.decode(row.value(), MinuteRow.class);
      if (kept.minute() <= now / MINUTE && kept.minute() > now / MINUTE - MINUTES) {
        for (Series each : ALL) {
          minutes.tell(kept.minute(), each, kept.values().getOrDefault(each.wireName(), 0L));
        }
      }
    }
  }

  /**
   * Looks at the counters: once a second.
   *
   * @param now in seconds since 1970
   */
  public synchronized void sample(long now) {
    long gap = now - latest;
    int spread = gap > 1 && gap <= SPREAD_MAX ? (int) gap : 1;
    for (Series each : ALL) {
      long reading = sources[each.ordinal()].getAsLong();
      long more = Math.max(0, reading - counted[each.ordinal()]);
      for (int back = spread - 1; back >= 0; back--) {
        long share = back > 0 ? more / spread : more - more / spread * (spread - 1);
        long value = each.level() ? reading : share;
        seconds.tell(now - back, each, value);
        minutes.tell((now - back) / MINUTE, each, value);
      }
      if (!each.level()) {
        counted[each.ordinal()] = reading;
      }
    }
    if (now / MINUTE != latest / MINUTE) {
      var _ =
          keep(latest / MINUTE)
              .whenComplete(
                  (_, failure) -> {
                    if (failure != null) {
                      LOG.log(System.Logger.Level.DEBUG, "a minute is not kept", failure);
                    }
                  });
    }
    latest = now;
  }

  /** Keeps the minute that goes on, before the server stops. */
  public synchronized CompletableFuture<Boolean> keep() {
    return keep(latest / MINUTE);
  }

  private CompletableFuture<Boolean> keep(long minute) {
    if (!minutes.has(minute)) {
      return CompletableFuture.completedFuture(false);
    }
    Map<String, Long> values = new HashMap<>();
    for (Series each : ALL) {
      if (minutes.value(minute, each) != 0) {
        values.put(each.wireName(), minutes.value(minute, each));
      }
    }
    byte[] row = Json.encode(new MinuteRow(minute, values));
    return shard.submit(
        tx -> {
          tx.put(Tables.MINUTE, Key.of(minute % MINUTES), row);
          return true;
        });
  }

  /**
   * The seconds that are over.
   *
   * @param after only those behind this second; one that is yet to come counts as none
   */
  public synchronized Slice seconds(long after) {
    return slice(seconds, 1, after, latest, SECONDS);
  }

  /**
   * The minutes that are over.
   *
   * @param after only those behind the one that began at this second; one that is yet to come
   *     counts as none
   */
  public synchronized Slice minutes(long after) {
    return slice(minutes, MINUTE, after, latest / MINUTE - 1, MINUTES);
  }

  private static Slice slice(Ring ring, int step, long after, long last, int most) {
    long begin = last - most + 1;
    long known = after / step;
    long first = known > last ? begin : Math.max(begin, known + 1);
    int count = (int) (last - first + 1);
    long[] copy = new long[count * ALL.length];
    Arrays.fill(copy, Slice.UNKNOWN);
    for (int i = 0; i < count; i++) {
      if (ring.has(first + i)) {
        for (Series each : ALL) {
          copy[i * ALL.length + each.ordinal()] = ring.value(first + i, each);
        }
      }
    }
    return new Slice(
        step,
        first * step,
        count,
        (series, sample) -> copy[sample * ALL.length + series.ordinal()]);
  }
}
