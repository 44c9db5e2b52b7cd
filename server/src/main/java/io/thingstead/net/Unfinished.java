package io.thingstead.net;

import io.thingstead.model.AccountId;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory for what has not arrived whole, of all connections together: an MQTT packet or
 * the body of an HTTP request may be large, and whoever sends half of one may take as long as the
 * protocol lets it. When there is no room left, room is made: of the account that holds the most,
 * those connections are ended that are furthest behind what an honest client sends, and of them
 * those that began first, until an eighth of the room is free again. So nobody can fill the room
 * and keep others out of it. Any thread may use it.
 */
public final class Unfinished {
  /** Part of the memory that Java may use which it may take. */
  private static final int PART = 4;

  /** Part of the room that no single connection may take. */
  private static final int SPARED = 4;

  /**
   * Part of the room that is made free at one time, so that not everybody who comes has to look for
   * somebody who must go; and by which the room may be exceeded until those who must go have gone.
   */
  private static final int MARGIN = 8;

  /** Bytes a second with which a client keeps up. */
  private static final int PACE = 16 << 10;

  private static final Comparator<Ranked> SLOWEST_FIRST =
      Comparator.comparingLong(Ranked::behind).reversed().thenComparingLong(Ranked::begun);

  private final long bytesMax;
  private final InstantSource clock;
  private final AtomicLong held = new AtomicLong();
  private final Set<Share> shares = ConcurrentHashMap.newKeySet();

  /** Of what is held, that of connections that were asked to leave; changed by {@link #ask}. */
  private long leaving;

  /**
   * @param bytesMax in memory at one time, and for a moment an eighth more
   */
  public Unfinished(long bytesMax, InstantSource clock) {
    this.bytesMax = bytesMax;
    this.clock = clock;
  }

  /**
   * A quarter of what the heap may grow to, which is also the bound of the memory beside it, unless
   * the command line says otherwise.
   */
  public static Unfinished ofThisProcess(InstantSource clock) {
    return new Unfinished(Runtime.getRuntime().maxMemory() / PART, clock);
  }

  /**
   * The share of a connection, which begins with nothing.
   *
   * @param leave asks the connection to end if it still {@link Share#mustLeave} when its loop comes
   *     to it; called by any thread, and must not block
   */
  public Share share(AccountId account, Runnable leave) {
    return new Share(account, leave);
  }

  /** Bytes that are held. */
  public long bytes() {
    return held.get();
  }

  /** What may be held, in bytes. */
  public long bytesMax() {
    return bytesMax;
  }

  /** What one connection holds. Its methods belong to the connection's loop. */
  public final class Share {
    private final AccountId account;
    private final Runnable leave;

    // Read by whoever looks for room; a glance at a moment ago does as well.
    private volatile long begun;
    private volatile long arrived;
    private volatile int bytes;

    /** What it held when it was asked to leave, and what then counts as leaving; else 0. */
    private volatile int asked;

    private Share(AccountId account, Runnable leave) {
      this.account = account;
      this.leave = leave;
    }

    /**
     * Holds so many bytes from now on.
     *
     * @param capacity of the buffer: never less than before, until it is let go
     * @param filled how much of it has arrived; {@code Long.MAX_VALUE} when the client waits for us
     * @return false when there is no room, or none for one connection alone: it must end
     */
    public boolean hold(int capacity, long filled) {
      int more = capacity - bytes;
      if (bytes == 0) {
        spareIfDone();
        begun = clock.millis();
        shares.add(this);
      }
      arrived = filled;
      if (more <= 0) {
        return true;
      }
      if (asked > 0 || capacity > bytesMax - bytesMax / SPARED) {
        return false;
      }
      if (held.addAndGet(more) > bytesMax && !makeRoom(this)) {
        held.addAndGet(-more);
        return false;
      }
      bytes = capacity;
      return true;
    }

    /** All has arrived, or nothing more will. */
    public void letGo() {
      int had = bytes;
      if (had > 0) {
        bytes = 0;
        held.addAndGet(-had);
      }
      spareIfDone();
    }

    private void spareIfDone() {
      if (asked > 0 && bytes == 0) {
        spare(this);
      }
    }

    /** The connection is over. */
    public void end() {
      letGo();
      shares.remove(this);
    }

    /** Whether others need the room that it holds, so that the connection must end. */
    public boolean mustLeave() {
      spareIfDone();
      return asked > 0;
    }

    /** Milliseconds that it is behind a client that keeps up; who is ahead is not behind. */
    private long behind(long now) {
      return Math.max(0, now - begun - arrived / PACE * 1000);
    }
  }

  /** Asks connections to leave; false when the one given is among them, or none can be spared. */
  private synchronized boolean makeRoom(Share asking) {
    if (held.get() - leaving > bytesMax) {
      Map<AccountId, Deque<Share>> slowest = slowestFirst();
      Map<AccountId, Long> sums = new HashMap<>();
      slowest.forEach(
          (account, all) -> sums.put(account, all.stream().mapToLong(each -> each.bytes).sum()));
      while (held.get() - leaving > bytesMax - bytesMax / MARGIN) {
        AccountId most = most(sums);
        Share next = most == null ? null : slowest.getOrDefault(most, new ArrayDeque<>()).poll();
        if (most == null || next == null) {
          break;
        }
        sums.merge(most, -(long) next.bytes, Long::sum);
        ask(next);
      }
    }
    return asking.asked == 0 && held.get() <= bytesMax + bytesMax / MARGIN;
  }

  private Map<AccountId, Deque<Share>> slowestFirst() {
    long now = clock.millis();
    return shares.stream()
        .filter(share -> share.bytes > 0 && share.asked == 0)
        .map(share -> new Ranked(share, share.behind(now), share.begun))
        .sorted(SLOWEST_FIRST)
        .map(Ranked::share)
        .collect(
            Collectors.groupingBy(
                share -> share.account, Collectors.toCollection(ArrayDeque::new)));
  }

  /** A share with what does not change while it is sorted. */
  private record Ranked(Share share, long behind, long begun) {}

  private static @Nullable AccountId most(Map<AccountId, Long> sums) {
    return sums.entrySet().stream()
        .filter(each -> each.getValue() > 0)
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(null);
  }

  private void ask(Share share) {
    int had = share.bytes;
    if (had > 0) {
      share.asked = had;
      leaving += had;
      share.leave.run();
    }
  }

  /** It holds nothing any more. */
  private synchronized void spare(Share share) {
    leaving -= share.asked;
    share.asked = 0;
  }
}
