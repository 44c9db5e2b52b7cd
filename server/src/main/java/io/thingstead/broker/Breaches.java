package io.thingstead.broker;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Logs which limits of an account are exceeded by what the broker does for its clients, each limit
 * once a minute at most. Any thread may use it.
 */
final class Breaches {
  private static final System.Logger LOG = System.getLogger(Breaches.class.getName());
  private static final long LOG_MILLIS = 60_000;

  private final String account;

  // Any thread may write them: at worst something is told twice.
  private volatile long droppedMillis;
  private volatile long congestedMillis;
  private final Map<String, Long> toldMillis = new ConcurrentHashMap<>();

  Breaches(String account) {
    this.account = account;
  }

  /** A message of QoS 0 is dropped for a slow client; costs little unless it is to be told. */
  void dropped(String clientId, long nowMillis) {
    if (nowMillis - droppedMillis >= LOG_MILLIS) {
      droppedMillis = nowMillis;
      LOG.log(
          System.Logger.Level.WARNING,
          "account {0}: client {1} does not read its messages fast enough: those of QoS 0 are"
              + " dropped",
          account,
          clientId);
    }
  }

  /** Messages between lanes are too many; costs little unless it is to be told. */
  void congested(long nowMillis) {
    if (nowMillis - congestedMillis >= LOG_MILLIS) {
      congestedMillis = nowMillis;
      LOG.log(
          System.Logger.Level.WARNING,
          "account {0}: an event loop has too much to do: QoS 0 messages to its clients are"
              + " dropped, others refused",
          account);
    }
  }

  /**
   * A limit is exceeded.
   *
   * @param what the consequence, for people
   */
  void tell(String limit, Supplier<String> what, long nowMillis) {
    Long told = toldMillis.get(limit);
    if (told == null || nowMillis - told >= LOG_MILLIS) {
      toldMillis.put(limit, nowMillis);
      LOG.log(
          System.Logger.Level.WARNING,
          "account {0} is at its limit {1}: {2}",
          account,
          limit,
          what.get());
    }
  }
}
