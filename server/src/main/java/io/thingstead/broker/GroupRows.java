package io.thingstead.broker;

import io.thingstead.engine.Batch;
import io.thingstead.engine.Key;

/**
 * The rows of one shared group. It is in the table of groups before, or with, the first of its
 * messages, so that the next run finds these.
 */
final class GroupRows {
  private final QueuePlace place;

  /** Whether its own row is, or is about to be, on disk. */
  private boolean named;

  /** Whether it is; any lane may ask. */
  private volatile boolean durable;

  /** Whether there may be anything to delete; any lane may say so. */
  private volatile boolean used;

  /**
   * @param found whether a former run has left it
   */
  GroupRows(QueuePlace place, boolean found) {
    this.place = place;
    named = found;
    durable = found;
    used = found;
  }

  /** Adds the row of a reserved message, on any lane. */
  void put(Journal journal, Stored kept) {
    var shard = Tables.shard(place.partition());
    long account = place.broker().accountNumber();
    used = true;
    if (!durable) {
      journal.put(shard, account, Tables.GROUP, Key.of(place.name()), row());
    }
    journal.put(shard, account, place.rows(), place.key(kept.sequence), QueueRow.encode(kept));
  }

  private byte[] row() {
    return new GroupRow(place.incarnation()).encode();
  }

  /** Adds the group's own row, if it is not there. */
  void name(Batch batch, Journal.Group commit) {
    if (!named) {
      named = true;
      used = true;
      batch.put(
          Tables.shard(place.partition()),
          place.broker().accountNumber(),
          Tables.GROUP,
          Key.of(place.name()),
          row());
      commit.then(
          written -> {
            named = written;
            durable = written;
          });
    }
  }

  /**
   * Deletes everything.
   *
   * @param free whether no new group has the name already
   */
  void forget(boolean free) {
    if (used) {
      forget(place.broker(), place.lane(), place.name(), place.incarnation(), free);
    }
  }

  static void forget(Broker broker, Lane lane, String name, long incarnation, boolean free) {
    var shard = Tables.shard(Tables.partition(name));
    long account = broker.accountNumber();
    Key rows = Key.of(name, incarnation);
    lane.journal().deleteAll(shard, account, Tables.GROUP_QUEUE, rows);
    lane.journal().delete(shard, account, Tables.GROUP_PROGRESS, rows);
    if (free) {
      lane.journal().delete(shard, account, Tables.GROUP, Key.of(name));
    }
  }
}
