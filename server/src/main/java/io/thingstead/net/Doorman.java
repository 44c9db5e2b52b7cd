package io.thingstead.net;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.thingstead.account.Account;
import io.thingstead.event.Refusals;
import java.net.SocketAddress;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts and tells whom the network turned away: with an account, through its refusals; without
 * one, as log lines of which there are never more than a few a second for each reason.
 */
final class Doorman {
  private static final System.Logger LOG = System.getLogger(Doorman.class.getName());
  private static final int LINES_PER_SECOND = 5;
  private static final int COUNT_BITS = 24;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

  private final Refusals refusals;
  private final InstantSource clock;
  private final Map<Turned, Tally> tallies = new EnumMap<>(Turned.class);

  /**
   * How often for one reason.
   *
   * @param window the current second and how many were turned away in it, in one number
   */
  private record Tally(Counter counter, AtomicLong window) {}

  Doorman(Refusals refusals, MeterRegistry meters, InstantSource clock) {
    this.refusals = refusals;
    this.clock = clock;
    for (Turned reason : Turned.values()) {
      Counter counter =
          Counter.builder("thingstead.net.refused")
              .description("Connections turned away before any protocol saw them")
              .tag("reason", reason.tag())
              .register(meters);
      tallies.put(reason, new Tally(counter, new AtomicLong()));
    }
  }

  /** A client of an account's endpoint that may not connect. */
  void turnAway(
      Turned reason, Account account, String certificateId, SocketAddress from, String why) {
    count(reason);
    refusals.refused(account, "connect", "", "", certificateId, "from " + from + ": " + why);
  }

  /** A stranger. */
  void turnAway(Turned reason, SocketAddress from, String why) {
    count(reason);
    long before = note(reason);
    long count = before & COUNT_MASK;
    boolean newSecond = before >>> COUNT_BITS != second();
    if (newSecond || count < LINES_PER_SECOND) {
      long unsaid = newSecond ? Math.max(0, count - LINES_PER_SECOND) : 0;
      LOG.log(
          System.Logger.Level.INFO,
          "refused connection from={0}: {1}{2}",
          from,
          why,
          unsaid == 0 ? "" : " (and " + unsaid + " more before)");
    }
  }

  private void count(Turned reason) {
    tally(reason).counter().increment();
  }

  private Tally tally(Turned reason) {
    return Objects.requireNonNull(tallies.get(reason));
  }

  /** Counts in the current second and returns what stood before. */
  private long note(Turned reason) {
    long second = second();
    return tally(reason)
        .window()
        .getAndUpdate(
            window ->
                window >>> COUNT_BITS == second
                    ? window + ((window & COUNT_MASK) < COUNT_MASK ? 1 : 0)
                    : second << COUNT_BITS | 1);
  }

  private long second() {
    return clock.instant().getEpochSecond();
  }
}
