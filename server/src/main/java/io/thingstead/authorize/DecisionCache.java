package io.thingstead.authorize;

import org.jspecify.annotations.Nullable;

/**
 * Answers by topic, a bounded number of them; a newer one replaces another that falls on the same
 * slot. The answers never become wrong, so any thread may read and write without a lock: at worst
 * one is computed again.
 */
final class DecisionCache {
  private static final int SLOTS_MIN = 16;
  private static final int SLOTS_MAX = 1024;

  private record Entry(Access access, String name, Decision decision) {}

  private @Nullable Entry[] slots = new @Nullable Entry[SLOTS_MIN];
  private int replaced;

  @Nullable Decision get(Access access, String name) {
    @Nullable Entry[] now = slots;
    Entry entry = now[slot(now, access, name)];
    return entry != null && entry.access == access && entry.name.equals(name)
        ? entry.decision
        : null;
  }

  void put(Access access, String name, Decision decision) {
    @Nullable Entry[] now = slots;
    int slot = slot(now, access, name);
    if (now[slot] != null && ++replaced > now.length && now.length < SLOTS_MAX) {
      // Starts again with more room; what was known comes back as it is asked for.
      now = new @Nullable Entry[now.length * 4];
      slot = slot(now, access, name);
      replaced = 0;
      slots = now;
    }
    now[slot] = new Entry(access, name, decision);
  }

  private static int slot(@Nullable Entry[] slots, Access access, String name) {
    int hash = name.hashCode() * 31 + access.ordinal() * 0x9E3779B9;
    return (hash ^ (hash >>> 15)) & (slots.length - 1);
  }
}
