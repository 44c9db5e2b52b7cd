package io.thingstead.broker;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Durable rows that another feature keeps of clients, beside their sessions: one a client and
 * table, written by the client's lane with what else it commits.
 */
public final class Notes {
  private final Broker broker;
  private final Table table;

  /**
   * @param table whose keys are client ids
   */
  public Notes(Broker broker, Table table) {
    this.broker = broker;
    this.table = table;
  }

  /** Writes a client's row, on its lane; nobody waits for it. */
  public void put(String clientId, byte[] value) {
    lane(clientId)
        .journal()
        .put(
            Tables.shard(partition(clientId)), broker.accountNumber(), table, key(clientId), value);
  }

  /** Deletes a client's row, on its lane. */
  public void delete(String clientId) {
    lane(clientId)
        .journal()
        .delete(Tables.shard(partition(clientId)), broker.accountNumber(), table, key(clientId));
  }

  /** All rows that are durable, by client id; reads the disk. */
  public List<Rows.Row> all() {
    List<Rows.Row> all = new ArrayList<>();
    for (int partition = 0; partition < Tables.PARTITIONS; partition++) {
      all.addAll(broker.rows(partition).scan(table, Key.ALL, null, Integer.MAX_VALUE));
    }
    return all;
  }

  /** Completes when all that was put and deleted until now is durable, or refused. */
  public CompletableFuture<Void> flushed() {
    CompletableFuture<?>[] lanes = new CompletableFuture<?>[broker.clients().lanes()];
    for (int i = 0; i < lanes.length; i++) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      Lane lane = broker.lane(i);
      lane.loop().execute(() -> lane.journal().then(_ -> done.complete(null)));
      lanes[i] = done;
    }
    return CompletableFuture.allOf(lanes);
  }

  private Lane lane(String clientId) {
    return broker.clients().lane(clientId);
  }

  private static int partition(String clientId) {
    return Tables.partition(clientId);
  }

  private static Key key(String clientId) {
    return Key.of(clientId);
  }
}
