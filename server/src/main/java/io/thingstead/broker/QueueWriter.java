package io.thingstead.broker;

import io.thingstead.engine.Batch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The messages of one durable queue that have still to be written, and the rows that lie on disk as
 * far as they may be taken soon. Rows are made when a group of the journal closes.
 */
final class QueueWriter {
  private static final int ROW_MESSAGES_MAX = 256;
  private static final int ROW_BYTES_MAX = 64 << 10;

  private final QueuePlace place;
  private final Chunks chunks;
  private final List<Stored> unwritten = new ArrayList<>(0);

  /** Rows on disk as far as known, first number to last. */
  private final TreeMap<Long, Long> rows = new TreeMap<>();

  /** The chunks to which rows refer, in the order of the rows. */
  private final ArrayDeque<Reference> references = new ArrayDeque<>(1);

  private record Reference(Chunk chunk, long last) {}

  /** There may be rows that are not among these. */
  private boolean unseen;

  private boolean away;

  QueueWriter(QueuePlace place) {
    this.place = place;
    this.chunks = place.broker().chunks(place.partition());
  }

  QueuePlace place() {
    return place;
  }

  /** Takes a message into the next group. */
  void add(Stored message) {
    unwritten.add(message);
    if (message.body != null) {
      message.body.queuedIn(place.partition());
    }
  }

  /** There is a row of these numbers. */
  void found(long first, long last) {
    rows.put(first, last);
  }

  /** A row, up to this number, refers to a chunk. */
  void refers(Chunk chunk, long last) {
    references.add(new Reference(chunk, last));
  }

  /** Rows that nobody takes soon need not be remembered: whoever takes them finds them. */
  void away(boolean spilled) {
    away = spilled;
    if (spilled && !rows.isEmpty()) {
      rows.clear();
      unseen = true;
    }
  }

  /** Whether there are rows that were not found yet. */
  void unseen(boolean some) {
    unseen = some;
  }

  /** Whether a row may be on disk. */
  boolean hasRows() {
    return unseen || !rows.isEmpty() || !references.isEmpty();
  }

  /** All rows of the queue are being deleted. */
  void end() {
    for (Reference one : references) {
      if (one.chunk.release()) {
        chunks.delete(one.chunk);
      }
    }
    references.clear();
  }

  /** The queue is over: nobody waits any longer. */
  void discard() {
    unwritten.forEach(message -> message.settle(Outcome.ACCEPTED));
    unwritten.clear();
  }

  /**
   * Adds the rows of what was not acknowledged meanwhile.
   *
   * @param durable told, after the messages, what became of the rows
   */
  void write(Batch batch, Journal.Group group, Consumer<List<Stored>> durable, Runnable refused) {
    List<Stored> written = new ArrayList<>();
    QueueRow row = new QueueRow();
    for (Stored message : unwritten) {
      if (message.acknowledged) {
        continue;
      }
      Chunk chunk = chunks.of(message, group);
      boolean fits =
          row.count() < ROW_MESSAGES_MAX
              && row.bytes() < ROW_BYTES_MAX
              && (row.count() == 0 || row.next() == message.sequence)
              && (chunk == null || chunk == row.chunk());
      if (!fits) {
        put(batch, row);
        row = new QueueRow(chunk);
      }
      row.add(message, chunk != null);
      written.add(message);
    }
    put(batch, row);
    unwritten.clear();
    if (!written.isEmpty()) {
      group.then(
          committed -> {
            if (committed) {
              durable.accept(written);
            } else {
              refused(written);
              refused.run();
            }
          });
    }
  }

  private void put(Batch batch, QueueRow row) {
    if (row.count() > 0) {
      Chunk chunk = row.chunk();
      if (chunk != null) {
        chunk.refer(place, row.next() - 1);
        refers(chunk, row.next() - 1);
      }
      if (away || unseen) {
        unseen = true;
      } else {
        found(row.first(), row.next() - 1);
      }
      place.putRow(batch, row.first(), row.encode());
    }
  }

  private void refused(List<Stored> messages) {
    // The publishers know that it failed; what is queued all the same is written with the next.
    messages.forEach(message -> message.settle(Outcome.UNAVAILABLE));
    unwritten.addAll(0, messages);
  }

  private void releaseBelow(Batch batch, long head) {
    for (Reference one = references.peek();
        one != null && one.last < head;
        one = references.peek()) {
      references.remove();
      if (one.chunk.release()) {
        chunks.delete(batch, one.chunk);
      }
    }
  }

  /**
   * Deletes the rows of which all is taken.
   *
   * @param head the lowest number not taken
   * @param all whether all that was ever queued is taken
   */
  void dropBelow(Batch batch, long head, boolean all) {
    if (all && hasRows()) {
      place.deleteRowsBelow(batch, head);
    }
    releaseBelow(batch, head);
    if (all) {
      rows.clear();
      unseen = false;
      return;
    }
    long end = -1;
    while (!rows.isEmpty()) {
      Map.Entry<Long, Long> first = rows.firstEntry();
      if (first.getValue() >= head) {
        break;
      }
      end = first.getKey() + 1;
      rows.pollFirstEntry();
    }
    if (end >= 0) {
      place.deleteRowsBelow(batch, end);
    }
  }
}
