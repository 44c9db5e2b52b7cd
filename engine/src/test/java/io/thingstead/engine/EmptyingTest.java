package io.thingstead.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.engine.rocks.RocksSettings;
import io.thingstead.engine.rocks.RocksStore;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmptyingTest {
  private static final Table STATE = new Table(1, "state", Family.STATE);
  private static final Table QUEUE = new Table(2, "queue", Family.QUEUE);

  @TempDir Path directory;

  @Test
  void onlyTheKindThatIsKeptSurvivesAndTheStoreCanBeUsedOn() {
    ShardId registry = new ShardId(ShardId.REGISTRY, 0);
    ShardId server = new ShardId(ShardId.SERVER, 0);
    ShardId later = new ShardId(200, 3);
    try (RocksStore store = RocksStore.open(directory.resolve("tables"), RocksSettings.DEFAULTS)) {
      Batch rows = new Batch();
      for (ShardId shard : List.of(registry, server, later)) {
        rows.put(shard, 1, STATE, Key.of("a"), new byte[] {1});
        rows.put(shard, 1, QUEUE, Key.of("b"), new byte[] {2});
      }
      rows.close();
      store.commit(List.of(rows));

      Emptying.allBut(store, ShardId.SERVER);

      assertThat(value(store, registry, STATE, "a")).isNull();
      assertThat(value(store, later, QUEUE, "b")).isNull();
      assertThat(value(store, server, STATE, "a")).containsExactly(1);
      assertThat(value(store, server, QUEUE, "b")).containsExactly(2);
      Batch again = new Batch();
      again.put(registry, 1, STATE, Key.of("a"), new byte[] {3});
      again.close();
      store.commit(List.of(again));
      assertThat(value(store, registry, STATE, "a")).containsExactly(3);
    }
  }

  private static byte @Nullable [] value(Store store, ShardId shard, Table table, String key) {
    return store.get(table.family(), Layout.row(shard, 1, table, Key.of(key)));
  }
}
