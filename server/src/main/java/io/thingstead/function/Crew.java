package io.thingstead.function;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The processes of an account's functions. One that is free takes the next event of the same
 * revision of its function; there are never more of them than may be busy at one time.
 */
final class Crew {
  /** A process that had nothing to do for so long ends. */
  private static final Duration IDLE = Duration.ofMinutes(5);

  /** A process takes no event if its credentials end within the longest run of a function. */
  private static final Duration CREDENTIALS = Duration.ofMinutes(16);

  private final int most;
  private final Deque<Worker> free = new ArrayDeque<>();
  private final Map<Worker, Boolean> all = new ConcurrentHashMap<>();
  private boolean closed;

  Crew(int most) {
    this.most = most;
  }

  /**
   * One for an event, to be given back.
   *
   * @param start makes one; is given what to run when it is dead
   */
  Worker take(String function, String revision, Instant now, Function<Runnable, Worker> start) {
    List<Worker> tooMany = new ArrayList<>();
    Worker found = null;
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("the server stops");
      }
      Iterator<Worker> each = free.descendingIterator();
      while (found == null && each.hasNext()) {
        Worker candidate = each.next();
        if (candidate.dead() || expires(candidate, now)) {
          each.remove();
          tooMany.add(candidate);
        } else if (candidate.facts().function().equals(function)
            && candidate.facts().revision().equals(revision)) {
          each.remove();
          found = candidate;
        }
      }
      if (found == null) {
        while (all.size() - tooMany.size() >= most && !free.isEmpty()) {
          tooMany.add(free.removeFirst());
        }
      }
    }
    tooMany.forEach(this::stop);
    if (found != null) {
      return found;
    }
    Worker[] made = new Worker[1];
    made[0] = start.apply(() -> forget(made[0]));
    all.put(made[0], true);
    if (made[0].dead()) {
      forget(made[0]);
    }
    return made[0];
  }

  private static boolean expires(Worker worker, Instant now) {
    return worker.facts().until().isBefore(now.plus(CREDENTIALS));
  }

  private void forget(Worker worker) {
    if (worker != null) {
      all.remove(worker);
    }
    synchronized (this) {
      free.remove(worker);
    }
  }

  private void stop(Worker worker) {
    all.remove(worker);
    worker.kill();
  }

  /** The event is done. */
  void giveBack(Worker worker, boolean current) {
    boolean keep;
    synchronized (this) {
      keep = current && !closed && !worker.dead();
      if (keep) {
        free.addLast(worker);
      }
    }
    if (!keep) {
      stop(worker);
    }
  }

  /** The function is another one: its free processes end, the others when they are done. */
  void retire(String function) {
    List<Worker> old;
    synchronized (this) {
      old = free.stream().filter(each -> each.facts().function().equals(function)).toList();
      free.removeAll(old);
    }
    old.forEach(this::stop);
  }

  /** Ends those that had nothing to do for long. */
  void tick(Instant now) {
    List<Worker> old;
    synchronized (this) {
      old =
          free.stream()
              .filter(
                  each ->
                      now.toEpochMilli() - each.idleSinceMillis() > IDLE.toMillis()
                          || expires(each, now))
              .toList();
      free.removeAll(old);
    }
    old.forEach(this::stop);
  }

  int processes() {
    return all.size();
  }

  void close() {
    synchronized (this) {
      closed = true;
      free.clear();
    }
    all.keySet().forEach(this::stop);
  }
}
