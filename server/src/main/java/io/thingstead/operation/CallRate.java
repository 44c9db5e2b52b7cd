package io.thingstead.operation;

import io.thingstead.model.Limits;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often one operation may be called for one client. The clients called for most recently are
 * remembered; to forget one makes it free again.
 */
final class CallRate {
  private static final int CLIENTS_MAX = 10_000;
  private static final long MILLIS = 1000;

  private final InstantSource clock;
  private final Map<String, Long> calls =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > CLIENTS_MAX;
        }
      };

  CallRate(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Counts a call.
   *
   * @param perSecond how many are allowed; not counted when unlimited
   * @return false when it comes too soon after the last that was let through
   */
  synchronized boolean allows(String account, String operation, String clientId, int perSecond) {
    if (perSecond == Limits.UNLIMITED) {
      return true;
    }
    long now = clock.millis();
    String key = account + ' ' + operation + ' ' + clientId;
    Long last = calls.get(key);
    if (perSecond == 0 || (last != null && now - last < MILLIS / perSecond)) {
      return false;
    }
    calls.put(key, now);
    return true;
  }
}
