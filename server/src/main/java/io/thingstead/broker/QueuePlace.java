package io.thingstead.broker;

import io.thingstead.engine.Batch;
import io.thingstead.engine.Key;
import io.thingstead.engine.Table;

/**
 * Where one durable queue lies on disk, and the lane that owns it.
 *
 * @param rows the table of its messages
 * @param progress the table that says how far it was taken
 * @param name whose it is
 * @param incarnation tells its rows from those of an earlier one of the name
 */
record QueuePlace(
    Broker broker,
    Lane lane,
    int partition,
    Table rows,
    Table progress,
    String name,
    long incarnation) {

  /** The first part of the keys of its rows. */
  Key key() {
    return Key.of(name, incarnation);
  }

  /** The key of the row that begins with this number. */
  Key key(long first) {
    return Key.of(name, incarnation, first);
  }

  /** The number with which a row of {@link #rows} begins. */
  static long first(Key key) {
    Key.Reader parts = key.read();
    parts.text();
    parts.number();
    return parts.number();
  }

  void putRow(Batch batch, long first, byte[] value) {
    batch.put(Tables.shard(partition), broker.accountNumber(), rows, key(first), value);
  }

  /** Deletes the rows that begin below a number. */
  void deleteRowsBelow(Batch batch, long end) {
    batch.deleteRange(Tables.shard(partition), broker.accountNumber(), rows, key(0), key(end));
  }

  void putProgress(Batch batch, ProgressRow row) {
    batch.put(Tables.shard(partition), broker.accountNumber(), progress, key(), row.encode());
  }
}
