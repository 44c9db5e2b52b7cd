package io.thingstead.event;

import io.thingstead.account.Account;
import io.thingstead.model.Cidr;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts, by source address, who fails to prove who he is. In a minute, half of what is allowed is
 * answered at once, the rest after a second, and what is beyond is refused until a minute after the
 * first. What is refused is not counted, so that nobody is kept out for ever. An IPv6 address
 * counts as its /64, for that is what one subscriber has. Any thread may use it; who proves himself
 * costs a map read, and a write once a minute.
 */
public final class Tries {
  /** How long failures count. */
  public static final Duration WINDOW = Duration.ofMinutes(1);

  /** By how much answers are delayed; on a timer of who answers, never in a waiting thread. */
  public static final Duration DELAY = Duration.ofSeconds(1);

  /** How long an address is known as one from where somebody has proven himself. */
  static final Duration KNOWN = Duration.ofHours(1);

  /** Addresses that are remembered; those beyond are not counted, and that is counted. */
  static final int ADDRESSES_MAX = 100_000;

  private static final long SWEEP_MILLIS = 1000;
  private static final long NEVER = Long.MIN_VALUE / 2;

  private final int perMinute;
  private final List<Cidr> uncounted;
  private final Warnings warnings;
  private final InstantSource clock;
  private final ConcurrentHashMap<Object, Seen> addresses = new ConcurrentHashMap<>();
  private final AtomicLong sweptAt = new AtomicLong(NEVER);

  /** Failures counted. */
  public final LongAdder failed = new LongAdder();

  /** Of these, answered late. */
  public final LongAdder slowed = new LongAdder();

  /** Failures, and connections, refused without a look. */
  public final LongAdder refused = new LongAdder();

  /** Failures of addresses that there was no room to remember. */
  public final LongAdder overlooked = new LongAdder();

  /** How an address stands. */
  public enum Standing {
    /** It is answered. */
    FREE,
    /** It is answered after {@link #DELAY}. */
    SLOWED,
    /** It is told to come back later. */
    SHUT
  }

  /** What is known of an address; guarded by itself. */
  private static final class Seen {
    private long sinceMillis = NEVER;
    private int failures;
    private volatile long provenMillis = NEVER;
    private long letInMillis = NEVER;
  }

  /**
   * @param perMinute failures of one address; 0 for no limit
   * @param uncounted addresses whose failures are answered like anybody's, however many
   * @param warnings hears of an address that is shut out
   */
  public Tries(int perMinute, List<Cidr> uncounted, Warnings warnings, InstantSource clock) {
    this.perMinute = perMinute;
    this.uncounted = List.copyOf(uncounted);
    this.warnings = warnings;
    this.clock = clock;
  }

  /** One that lets everybody try as often as he likes. */
  public static Tries unlimited() {
    return new Tries(0, List.of(), (_, _, _, _) -> {}, InstantSource.fixed(Instant.EPOCH));
  }

  /** What an address counts as: an IPv6 one as its first 64 bits. */
  public static Object key(InetAddress address) {
    return address instanceof Inet6Address
        ? (Object) ByteBuffer.wrap(address.getAddress()).getLong()
        : address;
  }

  /**
   * Counts a failure.
   *
   * @param account whose endpoint was called
   * @return what to do with its answer
   */
  public Standing failed(Account account, InetAddress from) {
    if (isUncounted(from)) {
      return Standing.FREE;
    }
    Seen seen = seen(from);
    if (seen == null) {
      overlooked.increment();
      return Standing.FREE;
    }
    Standing before;
    synchronized (seen) {
      before = standing(seen);
      if (before == Standing.SHUT) {
        refused.increment();
        return before;
      }
      if (seen.failures == 0 || isOver(seen)) {
        seen.sinceMillis = clock.millis();
        seen.failures = 0;
      }
      seen.failures++;
    }
    failed.increment();
    if (before == Standing.SLOWED) {
      slowed.increment();
    }
    if (standing(from) == Standing.SHUT) {
      warnings.warn(
          account,
          Warning.Kind.FAILED_TRIES,
          "address/" + from.getHostAddress(),
          perMinute
              + " callers from "
              + from.getHostAddress()
              + " failed within a minute to prove who they are; further ones are refused until it"
              + " is over. See ./thingstead refusals; if it is a proxy of yours, let it pass on"
              + " connections as they are, or set uncounted-address");
    }
    return before;
  }

  /** Somebody at this address has proven who he is. */
  public void proven(InetAddress from) {
    if (perMinute == 0) {
      return;
    }
    long now = clock.millis();
    Seen seen = addresses.get(key(from));
    if (seen == null) {
      seen = seen(from);
    }
    if (seen != null && now - seen.provenMillis > WINDOW.toMillis()) {
      seen.provenMillis = now;
    }
  }

  /** How an address stands now; counts nothing. */
  public Standing standing(InetAddress from) {
    Seen seen = addresses.isEmpty() ? null : addresses.get(key(from));
    if (seen == null) {
      return Standing.FREE;
    }
    synchronized (seen) {
      return standing(seen);
    }
  }

  /**
   * Whether a new connection is to be turned away before anything is done for it. Not one from
   * where somebody has proven himself in the last hour, for others behind the same address are not
   * to suffer; and one in a second is let in also from elsewhere.
   */
  public boolean turnsAway(InetAddress from) {
    Seen seen = addresses.isEmpty() ? null : addresses.get(key(from));
    if (seen == null || isKnown(seen)) {
      return false;
    }
    synchronized (seen) {
      long now = clock.millis();
      if (standing(seen) != Standing.SHUT) {
        return false;
      }
      if (now - seen.letInMillis >= DELAY.toMillis()) {
        seen.letInMillis = now;
        return false;
      }
    }
    refused.increment();
    return true;
  }

  /** Whether the handshake of a new connection is to begin late. */
  public boolean slows(InetAddress from) {
    Seen seen = addresses.isEmpty() ? null : addresses.get(key(from));
    if (seen == null || isKnown(seen)) {
      return false;
    }
    synchronized (seen) {
      return standing(seen) != Standing.FREE;
    }
  }

  /** Seconds until an address that is shut out may try again; at least 1. */
  public int retryAfterSeconds(InetAddress from) {
    Seen seen = addresses.get(key(from));
    if (seen == null) {
      return 1;
    }
    synchronized (seen) {
      long left = seen.sinceMillis + WINDOW.toMillis() - clock.millis();
      return (int) Math.clamp((left + 999) / 1000, 1, WINDOW.toSeconds());
    }
  }

  /** Addresses that are remembered. */
  public int addresses() {
    return addresses.size();
  }

  private boolean isUncounted(InetAddress from) {
    return perMinute == 0 || uncounted.stream().anyMatch(range -> range.contains(from));
  }

  private boolean isKnown(Seen seen) {
    return clock.millis() - seen.provenMillis < KNOWN.toMillis();
  }

  private Standing standing(Seen seen) {
    if (seen.failures == 0 || isOver(seen)) {
      return Standing.FREE;
    }
    if (seen.failures >= perMinute) {
      return Standing.SHUT;
    }
    return seen.failures >= (perMinute + 1) / 2 ? Standing.SLOWED : Standing.FREE;
  }

  /** A clock that was set back ends a window too. */
  private boolean isOver(Seen seen) {
    long age = clock.millis() - seen.sinceMillis;
    return age < 0 || age >= WINDOW.toMillis();
  }

  private @Nullable Seen seen(InetAddress from) {
    Object key = key(from);
    Seen known = addresses.get(key);
    if (known != null || (addresses.size() >= ADDRESSES_MAX && !sweep())) {
      return known;
    }
    return addresses.computeIfAbsent(key, _ -> new Seen());
  }

  /** Forgets addresses of which there is nothing to be known any more; whether there is room. */
  private boolean sweep() {
    long now = clock.millis();
    long last = sweptAt.get();
    if (now - last >= SWEEP_MILLIS && sweptAt.compareAndSet(last, now)) {
      addresses
          .values()
          .removeIf(
              seen -> {
                synchronized (seen) {
                  return isOver(seen) && !isKnown(seen);
                }
              });
    }
    return addresses.size() < ADDRESSES_MAX;
  }
}
