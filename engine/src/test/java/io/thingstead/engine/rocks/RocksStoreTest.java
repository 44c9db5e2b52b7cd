package io.thingstead.engine.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.engine.Batch;
import io.thingstead.engine.Family;
import io.thingstead.engine.Key;
import io.thingstead.engine.MemoryStore;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Store;
import io.thingstead.engine.StoreReadException;
import io.thingstead.engine.Table;
import io.thingstead.engine.Tables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksStoreTest {
  static final RocksSettings SMALL = new RocksSettings(1 << 20, 1 << 20, 4 << 20);
  private static final ShardId SHARD = new ShardId(2, 3);
  private static final List<Table> TABLES =
      Stream.of(Family.values())
          .map(family -> new Table(family.id(), family.name(), family))
          .toList();
  private static final Table TABLE = TABLES.getFirst();

  @TempDir Path temp;

  private RocksStore open() {
    return RocksStore.open(temp.resolve("store"), SMALL);
  }

  private static List<String> rows(Store store, Family family) {
    List<String> rows = new ArrayList<>();
    for (Tables.Entry row : store.scan(family, new byte[1], new byte[] {(byte) 0xFF}, 100_000)) {
      rows.add(java.util.HexFormat.of().formatHex(row.key()) + " " + row.value().length);
    }
    return rows;
  }

  /** Groups of batches, compared with the store in memory, with restarts in between. */
  @Test
  void keepsWhatTheStoreInMemoryKeeps() {
    Random random = new Random(1);
    MemoryStore twin = new MemoryStore();
    for (int run = 0; run < 4; run++) {
      try (RocksStore store = open()) {
        for (Family family : Family.values()) {
          assertThat(rows(store, family)).isEqualTo(rows(twin, family));
        }
        for (int i = 0; i < 60; i++) {
          List<Batch> group = new ArrayList<>();
          for (int batches = random.nextInt(4); batches >= 0; batches--) {
            group.add(batch(random));
          }
          store.commit(group);
          twin.commit(group);
          Key key = Key.of(random.nextInt(100));
          Table table = TABLES.get(random.nextInt(TABLES.size()));
          Batch probe = new Batch().delete(SHARD, 1, table, key);
          probe.forEach(new Compare(store, twin));
        }
      }
    }
    assertThat(twin.rows()).isGreaterThan(50);
  }

  private record Compare(Store store, Store twin) implements Batch.Visitor {
    @Override
    public void put(Family family, byte[] row, byte[] value) {}

    @Override
    public void delete(Family family, byte[] row) {
      assertThat(store.get(family, row)).isEqualTo(twin.get(family, row));
    }

    @Override
    public void deleteRange(Family family, byte[] from, byte[] to) {}
  }

  private static Batch batch(Random random) {
    Batch batch = new Batch();
    for (int changes = 1 + random.nextInt(20); changes > 0; changes--) {
      Table table = TABLES.get(random.nextInt(TABLES.size()));
      int key = random.nextInt(100);
      switch (random.nextInt(8)) {
        case 0 -> batch.delete(SHARD, 1, table, Key.of(key));
        case 1 -> batch.deleteRange(SHARD, 1, table, Key.of(key), Key.of(key + 5));
        default -> batch.put(SHARD, 1, table, Key.of(key), new byte[random.nextInt(5000)]);
      }
    }
    return batch;
  }

  @Test
  void aCheckpointOpensAsAStoreAndServingGoesOn() {
    try (RocksStore store = open()) {
      store.commit(List.of(new Batch().put(SHARD, 1, TABLE, Key.of(1), new byte[1])));
      store.checkpoint(temp.resolve("backup"));
      store.commit(List.of(new Batch().put(SHARD, 1, TABLE, Key.of(2), new byte[1])));
      assertThat(rows(store, TABLE.family())).hasSize(2);
      assertThatThrownBy(() -> store.checkpoint(temp.resolve("backup")))
          .isInstanceOf(IllegalStateException.class);
    }
    try (RocksStore backup = RocksStore.open(temp.resolve("backup"), SMALL)) {
      assertThat(rows(backup, TABLE.family())).hasSize(1);
    }
  }

  /** Every family gets every number; a copy has all numbers up to one, none of them in part. */
  @Test
  void aCheckpointUnderLoadHasAllThatWasAcknowledgedBeforeAndNothingInPart() throws Exception {
    AtomicInteger acknowledged = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    List<Integer> before = new ArrayList<>();
    try (RocksStore store = open()) {
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 1; !stop.get(); i++) {
                      Batch batch = new Batch();
                      for (Table table : TABLES) {
                        batch.put(SHARD, 1, table, Key.of(i), new byte[2000]);
                      }
                      store.commit(List.of(batch));
                      acknowledged.set(i);
                    }
                  });
      for (int i = 0; i < 8; i++) {
        while (acknowledged.get() < 100 * (i + 1)) {
          Thread.onSpinWait();
        }
        before.add(acknowledged.get());
        store.checkpoint(temp.resolve("backup" + i));
      }
      stop.set(true);
      writer.join();
    }
    for (int i = 0; i < before.size(); i++) {
      try (RocksStore backup = RocksStore.open(temp.resolve("backup" + i), SMALL)) {
        int last = rows(backup, TABLE.family()).size();
        assertThat(last).isGreaterThanOrEqualTo(before.get(i));
        for (Table table : TABLES) {
          List<String> rows = rows(backup, table.family());
          assertThat(rows).hasSize(last);
          assertThat(rows.getLast()).contains("%08x ".formatted(last));
        }
      }
    }
  }

  @Test
  void aCheckpointWhoseLogWasLostIsNoticed() throws IOException {
    try (RocksStore store = open()) {
      for (int i = 0; i < 3; i++) {
        store.commit(List.of(new Batch().put(SHARD, 1, TABLE, Key.of(i), new byte[1])));
      }
      store.checkpoint(temp.resolve("backup"));
    }
    try (RocksStore other = RocksStore.open(temp.resolve("other"), SMALL)) {
      other.commit(List.of(new Batch().put(SHARD, 1, TABLE, Key.of(1), new byte[1])));
    }
    Files.copy(
        temp.resolve("backup").resolve("acknowledged"),
        temp.resolve("other").resolve("acknowledged"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> RocksStore.open(temp.resolve("other"), SMALL))
        .isInstanceOf(UnusableDataException.class)
        .hasMessageContaining("changes up to 3 were acknowledged");
  }

  @Test
  void aLostFileIsNoticedAtTheStart() throws IOException {
    try (RocksStore store = open()) {
      store.commit(List.of(new Batch().put(SHARD, 1, TABLE, Key.of(1), new byte[1])));
    }
    try (Stream<Path> files = Files.list(temp.resolve("store"))) {
      for (Path file : files.filter(file -> file.toString().endsWith(".sst")).toList()) {
        Files.delete(file);
      }
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(UnusableDataException.class)
        .hasMessageContaining("restore a backup");
  }

  @Test
  void aDamagedOrLostLogIsNoticedAtTheStart() throws IOException {
    try (RocksStore store = open()) {
      for (int i = 0; i < 100; i++) {
        store.commit(List.of(new Batch().put(SHARD, 1, TABLE, Key.of(i), new byte[500])));
      }
      copy("damaged");
      copy("lost");
    }
    Path log = log("damaged");
    byte[] bytes = Files.readAllBytes(log);
    bytes[20_000] ^= 1;
    Files.write(log, bytes);
    assertThatThrownBy(() -> RocksStore.open(temp.resolve("damaged"), SMALL))
        .isInstanceOf(UnusableDataException.class)
        .hasMessageContaining("changes up to 100 were acknowledged");
    Files.delete(log("lost"));
    assertThatThrownBy(() -> RocksStore.open(temp.resolve("lost"), SMALL))
        .isInstanceOf(UnusableDataException.class)
        .hasMessageContaining("it ends at change 0");
    // What the message offers.
    Files.delete(temp.resolve("lost/acknowledged"));
    RocksStore.open(temp.resolve("lost"), SMALL).close();
    try (RocksStore store = open()) {
      assertThat(rows(store, TABLE.family())).hasSize(100);
    }
  }

  /** What a kill leaves: the files as they are while the store is open. */
  private void copy(String name) throws IOException {
    Files.createDirectory(temp.resolve(name));
    try (Stream<Path> files = Files.list(temp.resolve("store"))) {
      for (Path file : files.toList()) {
        Files.copy(file, temp.resolve(name).resolve(file.getFileName()));
      }
    }
  }

  private Path log(String name) throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve(name))) {
      return files.filter(file -> file.toString().endsWith(".log")).findFirst().orElseThrow();
    }
  }

  @Test
  void aReadAfterTheCloseIsRefusedAndASecondCloseDoesNothing() {
    RocksStore store = open();
    store.close();
    store.close();
    assertThatThrownBy(() -> store.get(Family.STATE, new byte[1]))
        .isInstanceOf(StoreReadException.class);
    assertThatThrownBy(() -> rows(store, Family.STATE)).isInstanceOf(StoreReadException.class);
  }

  @Test
  void aStoreThatIsOpenCannotBeOpenedAgain() {
    try (RocksStore store = open()) {
      assertThat(store.freeBytes()).isPositive();
      assertThatThrownBy(this::open).isInstanceOf(UnusableDataException.class);
    }
  }
}
