package io.thingstead.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes on top of tables that do not have them yet. A shard keeps one of decided, not yet durable
 * changes over the store; a command being decided has its own on top of that. Used by one thread.
 */
final class Overlay implements Tables {
  private final Tables below;

  // A row is in no range, or was changed after the range, or is marked as deleted here.
  private final NavigableMap<byte[], Change> rows = new TreeMap<>(Arrays::compareUnsigned);
  private final List<Range> ranges = new ArrayList<>();
  private boolean seen;

  Overlay(Tables below) {
    this.below = below;
  }

  /**
   * A changed row.
   *
   * @param value null when the row is deleted
   * @param turn the batch that changed it last
   */
  private record Change(Family family, byte @Nullable [] value, long turn) {}

  /** A deleted range. */
  private record Range(Family family, byte[] from, byte[] to, long turn) {
    boolean covers(byte[] row) {
      return Arrays.compareUnsigned(from, row) <= 0 && Arrays.compareUnsigned(row, to) < 0;
    }

    boolean meets(byte[] start, byte[] end) {
      return Arrays.compareUnsigned(from, end) < 0 && Arrays.compareUnsigned(start, to) < 0;
    }
  }

  void put(Family family, byte[] row, byte[] value) {
    rows.put(row, new Change(family, value, 0));
  }

  void delete(Family family, byte[] row) {
    rows.put(row, new Change(family, null, 0));
  }

  void deleteRange(Family family, byte[] from, byte[] to) {
    deleteRange(new Range(family, from, to, 0));
  }

  private void deleteRange(Range range) {
    if (Arrays.compareUnsigned(range.from, range.to) >= 0) {
      return;
    }
    Change deleted = new Change(range.family, null, range.turn);
    rows.subMap(range.from, range.to).replaceAll((_, _) -> deleted);
    ranges.add(range);
  }

  boolean isEmpty() {
    return rows.isEmpty() && ranges.isEmpty();
  }

  /** Whether a read since the last call may have depended on a change in here. */
  boolean takeSeen() {
    boolean was = seen;
    seen = false;
    return was;
  }

  /** Writes the changes to a batch: ranges first, then rows, whose last change came behind them. */
  void writeTo(Batch batch) {
    for (Range range : ranges) {
      batch.rangeRecord(range.family, range.from, range.to);
    }
    rows.forEach(
        (row, change) -> {
          if (change.value == null) {
            batch.deleteRow(change.family, row);
          } else {
            batch.putRow(change.family, row, change.value);
          }
        });
  }

  /** Adds the changes that a command decided, under the number of its batch. */
  void add(Overlay decided, long turn) {
    for (Range range : decided.ranges) {
      deleteRange(new Range(range.family, range.from, range.to, turn));
    }
    decided.rows.forEach(
        (row, change) -> rows.put(row, new Change(change.family, change.value, turn)));
  }

  /** Drops the changes of a batch that is durable now, unless a later batch changed the row. */
  void remove(Overlay durable, long turn) {
    for (byte[] row : durable.rows.keySet()) {
      Change change = rows.get(row);
      if (change != null && change.turn == turn) {
        rows.remove(row);
      }
    }
    if (ranges.removeIf(range -> range.turn == turn)) {
      rows.values().removeIf(change -> change.turn == turn);
    }
  }

  void clear() {
    rows.clear();
    ranges.clear();
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] row) {
    Change change = rows.get(row);
    if (change != null) {
      seen = true;
      return change.value == null ? null : change.value.clone();
    }
    if (covered(row)) {
      seen = true;
      return null;
    }
    return below.get(family, row);
  }

  @Override
  public List<Entry> scan(Family family, byte[] from, byte[] to, int limit) {
    if (Arrays.compareUnsigned(from, to) >= 0 || limit <= 0) {
      return List.of();
    }
    if (rows.subMap(from, to).isEmpty() && ranges.stream().noneMatch(r -> r.meets(from, to))) {
      return below.scan(family, from, to, limit);
    }
    seen = true;
    List<Entry> out = new ArrayList<>();
    byte[] at = from;
    while (true) {
      int wanted = limit - out.size();
      List<Entry> chunk = below.scan(family, at, to, wanted);
      boolean end = chunk.size() < wanted;
      byte[] until = end ? to : Layout.after(chunk.getLast().key());
      merge(chunk, rows.subMap(at, until), out, limit);
      if (end || out.size() == limit) {
        return out;
      }
      at = until;
    }
  }

  private void merge(
      List<Entry> chunk, SortedMap<byte[], Change> changes, List<Entry> out, int limit) {
    Iterator<Map.Entry<byte[], Change>> mine = changes.entrySet().iterator();
    Map.@Nullable Entry<byte[], Change> change = mine.hasNext() ? mine.next() : null;
    int i = 0;
    while (out.size() < limit && (i < chunk.size() || change != null)) {
      int order =
          change == null
              ? -1
              : i == chunk.size() ? 1 : Arrays.compareUnsigned(chunk.get(i).key(), change.getKey());
      if (order < 0) {
        Entry entry = chunk.get(i++);
        if (!covered(entry.key())) {
          out.add(entry);
        }
        continue;
      }
      if (order == 0) {
        i++;
      }
      Map.Entry<byte[], Change> next = Objects.requireNonNull(change);
      byte[] value = next.getValue().value;
      if (value != null) {
        out.add(new Entry(next.getKey(), value.clone()));
      }
      change = mine.hasNext() ? mine.next() : null;
    }
  }

  private boolean covered(byte[] row) {
    for (Range range : ranges) {
      if (range.covers(row)) {
        return true;
      }
    }
    return false;
  }
}
