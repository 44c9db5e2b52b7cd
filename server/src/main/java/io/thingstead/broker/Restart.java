package io.thingstead.broker;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Takes over what a former run of an account's broker has left; it is read beside each other, for
 * reading is most of it.
 */
final class Restart {
  private final Broker broker;
  private final Storage storage;
  private final Lanes lanes;

  Restart(Broker broker, Storage storage, Lanes lanes) {
    this.broker = broker;
    this.storage = storage;
    this.lanes = lanes;
  }

  /** First the sessions, which join their groups; then what refers to them. */
  CompletableFuture<Void> load() {
    CompletableFuture<?>[] loads = new CompletableFuture<?>[Tables.PARTITIONS];
    for (int partition = 0; partition < loads.length; partition++) {
      broker.groups().read(partition, rows(partition));
    }
    for (int partition = 0; partition < loads.length; partition++) {
      loads[partition] = broker.clients().load(partition, rows(partition), storage.reader());
    }
    CompletableFuture<?>[] retained = new CompletableFuture<?>[Tables.PARTITIONS];
    for (int partition = 0; partition < retained.length; partition++) {
      Rows rows = rows(partition);
      retained[partition] =
          CompletableFuture.runAsync(() -> broker.retainedStore().load(rows), storage.reader());
    }
    return CompletableFuture.allOf(
            CompletableFuture.allOf(retained), CompletableFuture.allOf(loads))
        .thenCompose(_ -> loadChunks())
        .thenCompose(_ -> broker.groups().load());
  }

  private Rows rows(int partition) {
    return storage.rows().apply(partition);
  }

  private CompletableFuture<Void> loadChunks() {
    CompletableFuture<?>[] loads = new CompletableFuture<?>[Tables.PARTITIONS];
    for (int partition = 0; partition < loads.length; partition++) {
      Chunks here = broker.chunks(partition);
      Rows rows = rows(partition);
      loads[partition] =
          CompletableFuture.supplyAsync(
                  () -> rows.scan(Tables.CHUNK_USERS, Key.ALL, null, Integer.MAX_VALUE),
                  storage.reader())
              .thenAcceptAsync(here::load, lanes.of(partition).loop());
    }
    return CompletableFuture.allOf(loads);
  }

  /** Routes taken QoS 2 messages and publishes wills. */
  CompletableFuture<Void> publish() {
    Lane sweeper = lanes.at(0);
    sweeper.loop().execute(() -> broker.retainedStore().sweep(sweeper));
    CompletableFuture<?>[] published = new CompletableFuture<?>[Tables.PARTITIONS];
    for (int partition = 0; partition < published.length; partition++) {
      List<Rows.Row> wills = rows(partition).scan(Tables.WILL, Key.ALL, null, Integer.MAX_VALUE);
      published[partition] = broker.clients().loadWills(partition, wills);
    }
    return CompletableFuture.allOf(
        broker.clients().routeTaken(), CompletableFuture.allOf(published));
  }
}
