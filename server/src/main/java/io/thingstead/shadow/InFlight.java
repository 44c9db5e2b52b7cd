package io.thingstead.shadow;

import io.thingstead.model.Profile;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts requests that came over MQTT and are not yet answered. Any thread may use it. */
final class InFlight {
  /** Of one account. */
  private static final int ACCOUNT_MAX = 8192;

  /** Of one connection, in the cloud (AWS IoT quotas, "Device Shadow"). */
  private static final int CONNECTION_MAX = 10;

  private final boolean perConnection;
  private final AtomicInteger all = new AtomicInteger();
  private final ConcurrentHashMap<String, Integer> byClient = new ConcurrentHashMap<>();

  InFlight(Profile profile) {
    perConnection = profile == Profile.AWS;
  }

  /** Whether one more may begin; if so {@link #leave} must follow. */
  boolean enter(@Nullable String clientId) {
    if (all.incrementAndGet() > ACCOUNT_MAX) {
      all.decrementAndGet();
      return false;
    }
    if (perConnection && clientId != null) {
      int own = byClient.merge(clientId, 1, Integer::sum);
      if (own > CONNECTION_MAX) {
        leave(clientId);
        return false;
      }
    }
    return true;
  }

  void leave(@Nullable String clientId) {
    all.decrementAndGet();
    if (perConnection && clientId != null) {
      byClient.computeIfPresent(clientId, (_, count) -> count == 1 ? null : count - 1);
    }
  }
}
