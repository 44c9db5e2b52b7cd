package io.thingstead.broker;

import java.util.ArrayList;
import java.util.List;

/**
 * A coarse timing wheel: due tasks run up to a second late, setting one costs a list entry. For one
 * thread. A task is never cancelled; it looks whether it is still wanted.
 */
public final class Wheel {
  private static final int SLOTS = 1 << 9;

  private record Timer(long dueSecond, Runnable task) {}

  private final List<List<Timer>> slots = new ArrayList<>(SLOTS);
  private long second = -1;

  Wheel() {
    for (int i = 0; i < SLOTS; i++) {
      slots.add(new ArrayList<>(0));
    }
  }

  /** Runs a task at the first turn at or after a time, given in epoch milliseconds. */
  public void at(long dueMillis, Runnable task) {
    add(new Timer(Math.max(Math.ceilDiv(dueMillis, 1000), second + 1), task));
  }

  private void add(Timer timer) {
    slots.get((int) (timer.dueSecond & SLOTS - 1)).add(timer);
  }

  /** Runs what is due. */
  void turn(long nowMillis) {
    long now = Math.floorDiv(nowMillis, 1000);
    if (second < 0) {
      // What became due before the first turn, as while the server was down, may be anywhere.
      second = now - SLOTS;
    }
    // After a long pause every slot is looked at once.
    long first = Math.max(second + 1, now - SLOTS + 1);
    for (long at = first; at <= now; at++) {
      int slot = (int) (at & SLOTS - 1);
      List<Timer> due = slots.get(slot);
      if (due.isEmpty()) {
        continue;
      }
      slots.set(slot, new ArrayList<>(0));
      second = at;
      for (Timer timer : due) {
        if (timer.dueSecond <= now) {
          timer.task.run();
        } else {
          add(timer);
        }
      }
    }
    second = Math.max(second, now);
  }
}
