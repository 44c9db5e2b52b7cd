package io.thingstead.console;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts failed tries to sign in, by address: ten in a minute, and then none until a minute has
 * passed since the first. Any thread may call it.
 */
final class Tries {
  static final int FAILURES_MAX = 10;
  static final Duration WINDOW = Duration.ofMinutes(1);

  /** Remembered; an attacker with more addresses than that is not stopped by counting. */
  private static final int ADDRESSES_MAX = 4096;

  private final InstantSource clock;
  private final Map<InetAddress, Failures> failures = new LinkedHashMap<>();

  private record Failures(Instant since, int count) {}

  Tries(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether a try is let through to be checked. */
  synchronized boolean allowed(InetAddress address) {
    Failures known = current(address);
    return known == null || known.count < FAILURES_MAX;
  }

  synchronized void failed(InetAddress address) {
    Failures known = current(address);
    if (known == null && failures.size() == ADDRESSES_MAX) {
      failures.remove(failures.keySet().iterator().next());
    }
    failures.put(
        address,
        known == null
            ? new Failures(clock.instant(), 1)
            : new Failures(known.since, known.count + 1));
  }

  private @Nullable Failures current(InetAddress address) {
    Failures known = failures.get(address);
    if (known != null && !clock.instant().isBefore(known.since.plus(WINDOW))) {
      failures.remove(address);
      return null;
    }
    return known;
  }
}
