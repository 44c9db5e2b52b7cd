package io.thingstead.broker;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Brings back, in order, the messages of one durable queue that are <em>spilled</em>: only in its
 * rows. They are read off the loop, some rows at a time.
 */
final class QueueReader {
  private static final System.Logger LOG = System.getLogger(QueueReader.class.getName());

  private static final int FETCHED_ROWS = 8;

  private final QueuePlace place;
  private final Numbers numbers;
  private final QueueWriter writer;

  /** Who takes them, one after the other, and then goes on. */
  private final Consumer<Stored> to;

  private final Runnable goesOn;

  /** Confirmed during a fetch, which may or may not bring them. */
  private final List<Stored> late = new ArrayList<>(0);

  private boolean spilled;

  /** Messages before this one are in memory, or taken: their rows are of no use. */
  private long from;

  /** Spilled messages that are not durable yet. */
  private int pending;

  private int spills;
  private long cursor = -1;
  private long expected;
  private boolean fetching;
  private boolean waitsForCommit;

  /** Tells one round of reading from the next: what an earlier one asked for is of no use. */
  private int round;

  QueueReader(
      QueuePlace place, Numbers numbers, QueueWriter writer, Consumer<Stored> to, Runnable goesOn) {
    this.place = place;
    this.numbers = numbers;
    this.writer = writer;
    this.to = to;
    this.goesOn = goesOn;
  }

  /** Whether there are messages to be fetched, behind which new ones have their turn. */
  boolean spilled() {
    return spilled;
  }

  /** Begins with the first row. */
  void begin() {
    round++;
    cursor = -1;
    expected = numbers.head();
    late.clear();
    fetching = false;
    waitsForCommit = false;
    from = expected;
    spilled = !numbers.isEmpty();
    writer.away(spilled);
  }

  /** Nobody takes messages any more. */
  void stop() {
    round++;
    spilled = true;
    writer.away(true);
  }

  /** The message is, or will be, only in its row. */
  void spill(Stored message) {
    if (!spilled) {
      spilled = true;
      from = message.sequence;
      writer.away(true);
    }
    spills++;
    if (!message.durable && !message.spilled) {
      message.spilled = true;
      pending++;
    }
  }

  void durable(Stored message) {
    message.durable = true;
    if (message.spilled) {
      message.spilled = false;
      pending--;
    }
  }

  /** Rows were written or refused. */
  void committed() {
    waitsForCommit = false;
  }

  /** A reserved message is in its row, which may or may not be among those being fetched. */
  void confirmed(Stored message) {
    if (!spilled || message.sequence < from) {
      to.accept(message);
    } else if (fetching) {
      late.add(message);
    } else if (message.sequence <= cursor) {
      to.accept(message);
    } else {
      // It has its turn behind those that are not fetched yet.
      spills++;
    }
  }

  /** Reads the next spilled messages, off the loop. */
  void fetch() {
    if (!spilled || fetching || waitsForCommit) {
      return;
    }
    fetching = true;
    int asked = round;
    boolean allDurable = pending == 0;
    int seen = spills;
    Key prefix = place.key();
    Key after = cursor < 0 ? null : place.key(cursor);
    Rows source = place.broker().rows(place.partition());
    place
        .broker()
        .read(
            () -> decode(source, source.scan(place.rows(), prefix, after, FETCHED_ROWS)),
            found -> {
              if (asked == round) {
                fetched(found, allDurable && seen == spills);
              }
            },
            place.lane());
  }

  /** A row that was read. */
  private record Found(long first, List<Stored> messages) {}

  // Off the loop.
  private List<Found> decode(Rows source, List<Rows.Row> rows) {
    List<Found> found = new ArrayList<>(rows.size());
    for (Rows.Row row : rows) {
      long first = QueuePlace.first(row.key());
      long chunk = QueueRow.chunk(row.value());
      byte[] shared = chunk == 0 ? null : source.get(Tables.CHUNK, Key.of(chunk));
      found.add(
          new Found(first, QueueRow.decode(first, row.value(), shared, place.broker().router())));
    }
    return found;
  }

  private void fetched(List<Found> found, boolean complete) {
    fetching = false;
    for (Found row : found) {
      cursor = row.first;
      writer.found(row.first, row.first + row.messages.size() - 1);
      row.messages.forEach(this::fetched);
    }
    boolean last = found.size() < FETCHED_ROWS;
    late.removeIf(message -> message.sequence > cursor && !(last && complete));
    late.forEach(to);
    late.clear();
    if (last) {
      while (expected < numbers.loadedTail()) {
        numbers.hole(expected++);
      }
      if (complete) {
        spilled = false;
        writer.away(false);
        writer.unseen(false);
      } else {
        waitsForCommit = pending > 0;
      }
    }
    goesOn.run();
  }

  private void fetched(Stored message) {
    while (expected < message.sequence) {
      numbers.hole(expected++);
    }
    expected = Math.max(expected, message.sequence + 1);
    late.removeIf(one -> one.sequence == message.sequence);
    if (message.sequence >= from && numbers.isOpen(message.sequence)) {
      if (message.isSlim()) {
        LOG.log(
            System.Logger.Level.ERROR,
            "message {0} in the queue of {1} refers to one that is not there; it is passed over",
            message.sequence,
            place.name());
        numbers.take(message.sequence);
        return;
      }
      message.durable = true;
      to.accept(message);
    }
  }
}
