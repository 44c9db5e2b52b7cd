package io.thingstead.engine.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.engine.Batch;
import io.thingstead.engine.Family;
import io.thingstead.engine.Key;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Table;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksStoreTest {
  private static final Table TABLE = new Table(1, "table", Family.QUEUE);
  private static final ShardId SHARD = new ShardId(2, 3);

  @Test
  void aGroupOfBatchesIsWrittenInOrder(@TempDir Path directory) {
    byte[] long300 = new byte[300];
    try (RocksStore store = RocksStore.open(directory.resolve("store"), RocksSettings.DEFAULTS)) {
      Batch first = new Batch();
      for (int i = 0; i < 10; i++) {
        first.put(SHARD, 5, TABLE, Key.of(i), long300);
      }
      Batch second = new Batch();
      second.deleteRange(SHARD, 5, TABLE, Key.of(2), Key.of(5));
      second.delete(SHARD, 5, TABLE, Key.of(9));
      second.put(SHARD, 5, TABLE, Key.of(3), new byte[] {3});
      store.commit(List.of(first, second));
    }
    try (RocksStore store = RocksStore.open(directory.resolve("store"), RocksSettings.DEFAULTS)) {
      var rows = store.scan(Family.QUEUE, new byte[1], new byte[] {(byte) 0xFF}, 100);
      assertThat(rows).hasSize(7);
      assertThat(rows.get(2).value()).isEqualTo(new byte[] {3});
      assertThat(rows.get(3).value()).isEqualTo(long300);
    }
  }
}
