package io.thingstead.broker;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages that one commit group queues for several sessions of a partition, written once. It lives
 * as long as a row of a queue refers to it.
 */
final class Chunk {
  private static final int FORMAT = 1;
  private static final int BYTES_MAX = 1 << 20;

  final long number;
  private int users;

  /** Its rows, until they are written. */
  private @Nullable Draft draft = new Draft();

  private static final class Draft {
    private final Map<Body, Integer> places = new HashMap<>();
    private final RowWriter messages = new RowWriter(FORMAT);
    private final RowWriter references = new RowWriter(FORMAT);
  }

  /**
   * What is written.
   *
   * @param messages which the rows of queues name by their places
   * @param references the rows of queues
   */
  record Rows(byte[] messages, byte[] references) {}

  Chunk(long number) {
    this.number = number;
  }

  /** Whether nothing more fits in. */
  boolean full() {
    return draft().messages.size() >= BYTES_MAX;
  }

  private Draft draft() {
    return java.util.Objects.requireNonNull(draft, "it is written already");
  }

  /** The place of a message among the chunk's; taken in when it has none. */
  int place(Stored message, Body body) {
    Draft open = draft();
    Integer place = open.places.get(body);
    if (place == null) {
      place = open.places.size();
      open.places.put(body, place);
      QueueRow.content(open.messages, message);
    }
    return place;
  }

  /** A row of this queue, up to this number, refers to it. */
  void refer(QueuePlace place, long last) {
    draft().references.text(place.name()).number(place.incarnation()).number(last);
    users++;
  }

  /** A row from before a restart refers to it. */
  void refer() {
    users++;
  }

  /**
   * One row refers to it no more.
   *
   * @return whether it was the last
   */
  boolean release() {
    return --users == 0;
  }

  boolean isUnused() {
    return users == 0;
  }

  /** Nothing more comes. */
  Rows close() {
    Draft last = draft();
    draft = null;
    return new Rows(last.messages.done(), last.references.done());
  }
}
