package io.thingstead.broker;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The interests under one filter, one for each owner. Most filters have one subscriber, so a single
 * interest is held without a map. One thread at a time writes; any thread reads.
 */
final class Interests {
  // null, an Interest, or a ConcurrentHashMap<Object, Interest> by owner.
  private volatile @Nullable Object held;

  /**
   * Adds an interest in place of its owner's former one.
   *
   * @return whether the owner had none
   */
  boolean put(Interest interest) {
    Object now = held;
    if (now == null) {
      held = interest;
      return true;
    }
    if (now instanceof Interest only) {
      if (only.owner().equals(interest.owner())) {
        held = interest;
        return false;
      }
      ConcurrentHashMap<Object, Interest> map = new ConcurrentHashMap<>();
      map.put(only.owner(), only);
      map.put(interest.owner(), interest);
      held = map;
      return true;
    }
    return map(now).put(interest.owner(), interest) == null;
  }

  boolean remove(Object owner) {
    Object now = held;
    if (now == null) {
      return false;
    }
    if (now instanceof Interest only) {
      if (!only.owner().equals(owner)) {
        return false;
      }
      held = null;
      return true;
    }
    ConcurrentHashMap<Object, Interest> map = map(now);
    boolean removed = map.remove(owner) != null;
    if (map.isEmpty()) {
      held = null;
    }
    return removed;
  }

  boolean isEmpty() {
    return held == null;
  }

  void forEach(Consumer<Interest> to) {
    Object now = held;
    if (now instanceof Interest only) {
      to.accept(only);
    } else if (now != null) {
      map(now).values().forEach(to);
    }
  }

  @SuppressWarnings("unchecked") // put() stores nothing else
  private static ConcurrentHashMap<Object, Interest> map(Object held) {
    return (ConcurrentHashMap<Object, Interest>) held;
  }
}
