package io.thingstead.account;

import io.thingstead.model.Limits;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Rate} for each of many keys, such as client ids. Any thread may use it. It remembers
 * 100,000 keys; when so many were used within a second, further ones are not counted.
 */
public final class RateByKey {
  private static final int KEYS_MAX = 100_000;
  private static final long SWEEP_MILLIS = 1000;

  private final int perSecond;
  private final ConcurrentHashMap<String, Rate> rates = new ConcurrentHashMap<>();
  private final AtomicLong sweptAt = new AtomicLong();

  private RateByKey(int perSecond) {
    this.perSecond = perSecond;
  }

  /** Full buckets; null when there is no limit. */
  public static @Nullable RateByKey of(int perSecond) {
    return perSecond == Limits.UNLIMITED ? null : new RateByKey(perSecond);
  }

  /** Takes one for this key, if there is one. */
  public boolean take(String key, long nowMillis) {
    Rate rate = rate(key, nowMillis);
    return rate == null || rate.take(nowMillis, 1) == 0;
  }

  /** Takes one for this key in any case, so that the next must wait for it. */
  public void owe(String key, long nowMillis) {
    Rate rate = rate(key, nowMillis);
    if (rate != null) {
      var _ = rate.owe(nowMillis, 1);
    }
  }

  private @Nullable Rate rate(String key, long nowMillis) {
    Rate known = rates.get(key);
    if (known != null || (rates.size() >= KEYS_MAX && !sweep(nowMillis))) {
      return known;
    }
    return rates.computeIfAbsent(key, _ -> Rate.of(perSecond));
  }

  /** Forgets the keys that were not used for a second; whether there is room. */
  private boolean sweep(long nowMillis) {
    long last = sweptAt.get();
    if (nowMillis - last >= SWEEP_MILLIS && sweptAt.compareAndSet(last, nowMillis)) {
      rates.values().removeIf(rate -> rate.isFull(nowMillis));
    }
    return rates.size() < KEYS_MAX;
  }
}
