package io.thingstead.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory that knows what is synced. {@link #dieBeforeSync} makes the next commit write
 * its log and then die; {@link #crash} keeps what is synced and a random prefix of what is not.
 */
public final class MemoryStore implements Store {
  private final List<List<Change>> log = new ArrayList<>();
  private final Map<Family, NavigableMap<byte[], byte[]>> tables = new EnumMap<>(Family.class);
  private int synced;
  private boolean dieBeforeSync;
  private long freeBytes = Long.MAX_VALUE;

  public MemoryStore() {
    clearTables();
  }

  /** Thrown instead of the end of the process. */
  public static final class Died extends RuntimeException {
    Died() {
      super("the process died before the sync");
    }
  }

  private sealed interface Change {
    Family family();

    record Put(Family family, byte[] row, byte[] value) implements Change {}

    record Delete(Family family, byte[] row) implements Change {}

    record DeleteRange(Family family, byte[] from, byte[] to) implements Change {}
  }

  @Override
  public synchronized byte @Nullable [] get(Family family, byte[] key) {
    byte[] value = table(family).get(key);
    return value == null ? null : value.clone();
  }

  @Override
  public synchronized List<Entry> scan(Family family, byte[] from, byte[] to, int limit) {
    if (Arrays.compareUnsigned(from, to) >= 0) {
      return List.of();
    }
    return table(family).subMap(from, to).entrySet().stream()
        .limit(limit)
        .map(row -> new Entry(row.getKey().clone(), row.getValue().clone()))
        .toList();
  }

  @Override
  public synchronized void commit(List<Batch> group) {
    List<Change> changes = new ArrayList<>();
    for (Batch batch : group) {
      batch.forEach(new Recorder(changes));
    }
    log.add(changes);
    if (dieBeforeSync) {
      throw new Died();
    }
    synced = log.size();
    changes.forEach(this::apply);
  }

  private record Recorder(List<Change> changes) implements Batch.Visitor {
    @Override
    public void put(Family family, byte[] row, byte[] value) {
      changes.add(new Change.Put(family, row, value));
    }

    @Override
    public void delete(Family family, byte[] row) {
      changes.add(new Change.Delete(family, row));
    }

    @Override
    public void deleteRange(Family family, byte[] from, byte[] to) {
      changes.add(new Change.DeleteRange(family, from, to));
    }
  }

  private void apply(Change change) {
    NavigableMap<byte[], byte[]> table = table(change.family());
    switch (change) {
      case Change.Put put -> table.put(put.row, put.value);
      case Change.Delete delete -> table.remove(delete.row);
      case Change.DeleteRange range -> table.subMap(range.from, range.to).clear();
    }
  }

  /** The next commit writes but dies before its sync. */
  public synchronized void dieBeforeSync() {
    dieBeforeSync = true;
  }

  /** What a machine finds after a power cut: all that was synced, and perhaps more of the log. */
  public synchronized void crash(RandomGenerator random) {
    int keep = synced + random.nextInt(log.size() - synced + 1);
    log.subList(keep, log.size()).clear();
    synced = keep;
    dieBeforeSync = false;
    clearTables();
    for (List<Change> changes : log) {
      changes.forEach(this::apply);
    }
  }

  private void clearTables() {
    for (Family family : Family.values()) {
      tables.put(family, new TreeMap<>(Arrays::compareUnsigned));
    }
  }

  private NavigableMap<byte[], byte[]> table(Family family) {
    return java.util.Objects.requireNonNull(tables.get(family));
  }

  public synchronized void freeBytes(long bytes) {
    freeBytes = bytes;
  }

  @Override
  public synchronized long freeBytes() {
    return freeBytes;
  }

  /** How many rows there are in all. */
  public synchronized int rows() {
    return tables.values().stream().mapToInt(Map::size).sum();
  }

  @Override
  public void checkpoint(Path directory) {
    throw new UnsupportedOperationException("a store in memory writes no files");
  }

  @Override
  public void close() {}
}
