package io.thingstead.authorize;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Values by key for as long as somebody else holds the value: what connections share lives as long
 * as one of them, without being told of their ends. Any thread may use it.
 */
final class WeakCache<K, V> {
  private final Map<K, Entry<K, V>> entries = new ConcurrentHashMap<>();
  private final ReferenceQueue<V> dead = new ReferenceQueue<>();

  private static final class Entry<K, V> extends WeakReference<V> {
    private final K key;

    Entry(K key, V value, ReferenceQueue<V> dead) {
      super(value, dead);
      this.key = key;
    }
  }

  /** The one value of a key; of two that are made at the same time, one is thrown away. */
  V get(K key, Function<? super K, ? extends V> make) {
    purge();
    while (true) {
      Entry<K, V> known = entries.get(key);
      V value = known == null ? null : known.get();
      if (value != null) {
        return value;
      }
      V made = make.apply(key);
      Entry<K, V> entry = new Entry<>(key, made, dead);
      boolean won =
          known == null
              ? entries.putIfAbsent(key, entry) == null
              : entries.replace(key, known, entry);
      if (won) {
        return made;
      }
    }
  }

  @Nullable V find(K key) {
    Entry<K, V> known = entries.get(key);
    return known == null ? null : known.get();
  }

  void forEach(Consumer<? super V> each) {
    for (Entry<K, V> entry : entries.values()) {
      V value = entry.get();
      if (value != null) {
        each.accept(value);
      }
    }
  }

  int size() {
    purge();
    return entries.size();
  }

  private void purge() {
    for (Object entry = dead.poll(); entry != null; entry = dead.poll()) {
      entries.remove(((Entry<?, ?>) entry).key, entry);
    }
  }
}
