package io.thingstead.broker;

import io.thingstead.engine.Batch;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
  /** Rows that are read at one time to find where queues end. */
  private static final int TAILS_PAGE = 64;

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

  /**
   * Where a queue ends.
   *
   * @param number behind the last message
   * @param bytesEach what a message takes, as far as one row tells
   */
  record Tail(long number, long bytesEach) {}

  /**
   * Where a queue ends.
   *
   * @param head where it does without rows
   */
  static Tail tail(
      Rows rows, Table table, String name, long incarnation, long head, Router router) {
    Rows.Row first = next(rows, table, name, incarnation, -1);
    return first == null
        ? new Tail(head, 0)
        : tail(last(rows, table, name, incarnation, first), router);
  }

  /**
   * Where all queues of a table end that have rows. Many short ones lie in one page; of a long one
   * only the end is looked for.
   */
  static Map<LoadedSession.Owner, Tail> tails(Rows rows, Table table, Router router) {
    Map<LoadedSession.Owner, Tail> tails = new HashMap<>();
    Key after = null;
    while (true) {
      List<Rows.Row> page = rows.scan(table, Key.ALL, after, TAILS_PAGE);
      for (int i = 0; i < page.size(); i++) {
        Rows.Row row = page.get(i);
        LoadedSession.Owner owner = LoadedSession.Owner.of(row);
        boolean more = i + 1 < page.size();
        if (more && LoadedSession.Owner.of(page.get(i + 1)).equals(owner)) {
          continue;
        }
        Rows.Row last =
            more || page.size() < TAILS_PAGE
                ? row
                : last(rows, table, owner.clientId(), owner.incarnation(), row);
        tails.put(owner, tail(last, router));
        after = last.key();
      }
      if (page.size() < TAILS_PAGE) {
        return tails;
      }
    }
  }

  private static Tail tail(Rows.Row last, Router router) {
    long low = first(last.key());
    List<Stored> messages = QueueRow.decode(low, last.value(), router);
    long bytes = messages.stream().mapToLong(Stored::bytes).sum();
    return new Tail(low + messages.size(), bytes / messages.size());
  }

  /** The last row of a queue, which has the one given. */
  private static Rows.Row last(
      Rows rows, Table table, String name, long incarnation, Rows.Row begin) {
    Rows.Row last = begin;
    long step = 64;
    long low = first(last.key());
    // A queue may be long: steps grow while there are rows behind, then shrink.
    while (true) {
      Rows.Row found = next(rows, table, name, incarnation, low + step);
      if (found == null) {
        break;
      }
      last = found;
      low = first(found.key());
      step *= 2;
    }
    while (step > 0) {
      Rows.Row found = next(rows, table, name, incarnation, low + step - 1);
      if (found != null) {
        last = found;
        low = first(found.key());
      } else {
        step /= 2;
      }
    }
    return last;
  }

  /** The first row whose number is greater than the one given. */
  private static Rows.@Nullable Row next(
      Rows rows, Table table, String name, long incarnation, long after) {
    Key from = after < 0 ? null : Key.of(name, incarnation, after);
    List<Rows.Row> found = rows.scan(table, Key.of(name, incarnation), from, 1);
    return found.isEmpty() ? null : found.getFirst();
  }
}
