package io.thingstead.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverlayTest {
  private static final Family FAMILY = Family.STATE;

  /** The naive twin: every decided change is simply there. */
  private final TreeMap<byte[], byte[]> twin = new TreeMap<>(Arrays::compareUnsigned);

  private final MemoryStore store = new MemoryStore();
  private final Overlay overlay = new Overlay(store);

  private record Turn(long number, Overlay changes) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void readsAsIfEveryDecidedChangeWereInTheStore(long seed) {
    Random random = new Random(seed);
    Deque<Turn> turns = new ArrayDeque<>();
    for (int number = 1; number < 2000; number++) {
      Overlay tx = new Overlay(overlay);
      TreeMap<byte[], byte[]> before = new TreeMap<>(twin);
      int changes = 1 + random.nextInt(5);
      for (int i = 0; i < changes; i++) {
        change(tx, random);
        compare(tx, random);
      }
      if (random.nextInt(8) == 0) {
        // Refused: its changes are nowhere.
        twin.clear();
        twin.putAll(before);
      } else {
        overlay.add(tx, number);
        turns.add(new Turn(number, tx));
      }
      while (turns.size() > random.nextInt(6)) {
        Turn durable = turns.remove();
        Batch batch = new Batch();
        durable.changes.writeTo(batch);
        store.commit(List.of(batch));
        compare(overlay, random);
        overlay.remove(durable.changes, durable.number);
      }
      compare(overlay, random);
    }
    assertThat(overlay.isEmpty()).isEqualTo(turns.isEmpty());
  }

  private void change(Overlay tx, Random random) {
    byte[] row = row(random);
    switch (random.nextInt(5)) {
      case 0 -> {
        tx.delete(FAMILY, row);
        twin.remove(row);
      }
      case 1 -> {
        byte[] to = row(random);
        tx.deleteRange(FAMILY, row, to);
        if (Arrays.compareUnsigned(row, to) < 0) {
          twin.subMap(row, to).clear();
        }
      }
      default -> {
        byte[] value = {(byte) random.nextInt(256)};
        tx.put(FAMILY, row, value);
        twin.put(row, value);
      }
    }
  }

  private void compare(Tables tables, Random random) {
    byte[] row = row(random);
    byte @Nullable [] expected = twin.get(row);
    assertThat(tables.get(FAMILY, row)).isEqualTo(expected);
    byte[] to = row(random);
    int limit = random.nextInt(10);
    List<Tables.Entry> found = tables.scan(FAMILY, row, to, limit);
    List<java.util.Map.Entry<byte[], byte[]>> there =
        Arrays.compareUnsigned(row, to) >= 0
            ? List.of()
            : twin.subMap(row, to).entrySet().stream().limit(limit).toList();
    assertThat(found).hasSameSizeAs(there);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).key()).isEqualTo(there.get(i).getKey());
      assertThat(found.get(i).value()).isEqualTo(there.get(i).getValue());
    }
  }

  private static byte[] row(Random random) {
    byte[] row = new byte[1 + random.nextInt(2)];
    for (int i = 0; i < row.length; i++) {
      row[i] = (byte) (random.nextInt(8) * 36);
    }
    return row;
  }

  @Test
  void saysWhetherAReadDependedOnIt() {
    overlay.put(FAMILY, new byte[] {5}, new byte[0]);
    overlay.deleteRange(FAMILY, new byte[] {10}, new byte[] {20});
    overlay.get(FAMILY, new byte[] {6});
    overlay.scan(FAMILY, new byte[] {6}, new byte[] {10}, 9);
    assertThat(overlay.takeSeen()).isFalse();
    overlay.get(FAMILY, new byte[] {5});
    assertThat(overlay.takeSeen()).isTrue();
    overlay.get(FAMILY, new byte[] {15});
    assertThat(overlay.takeSeen()).isTrue();
    overlay.scan(FAMILY, new byte[] {4}, new byte[] {6}, 9);
    assertThat(overlay.takeSeen()).isTrue();
    overlay.scan(FAMILY, new byte[] {19}, new byte[] {30}, 9);
    assertThat(overlay.takeSeen()).isTrue();
    assertThat(overlay.takeSeen()).isFalse();
  }

  @Test
  void valuesAreCopies() {
    overlay.put(FAMILY, new byte[] {5}, new byte[] {1});
    byte[] read = java.util.Objects.requireNonNull(overlay.get(FAMILY, new byte[] {5}));
    read[0] = 9;
    assertThat(overlay.get(FAMILY, new byte[] {5})).isEqualTo(new byte[] {1});
  }
}
