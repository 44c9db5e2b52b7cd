package io.thingstead.broker;

import io.thingstead.model.topic.Topic;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A run of queued messages with consecutive numbers, of which the first is in the key. */
final class QueueRow {
  private static final int FORMAT = 2;
  private static final int RETAIN = 4;
  private static final int IN_CHUNK = 8;

  private final @Nullable Chunk chunk;
  private final RowWriter out = new RowWriter(FORMAT);
  private int count;
  private int bytes;
  private long first;

  /** A row whose messages are in it. */
  QueueRow() {
    this(null);
  }

  /**
   * @param chunk where some of its messages may be
   */
  QueueRow(@Nullable Chunk chunk) {
    this.chunk = chunk;
    out.number(chunk == null ? 0 : chunk.number);
  }

  @Nullable Chunk chunk() {
    return chunk;
  }

  /** Appends a message, whose number follows the one before. */
  void add(Stored message) {
    add(message, false);
  }

  /** The same; its content may be in the row's chunk. */
  void add(Stored message, boolean inChunk) {
    if (count == 0) {
      first = message.sequence;
    }
    count++;
    bytes += message.bytes();
    Body body = message.body;
    int flags = message.qos.ordinal() | (message.retain ? RETAIN : 0);
    if (inChunk && chunk != null && body != null) {
      out.u8(flags | IN_CHUNK).number(chunk.place(message, body));
    } else {
      out.u8(flags);
      content(out, message);
    }
    out.number(message.subscriptionIds.length);
    for (int id : message.subscriptionIds) {
      out.number(id);
    }
  }

  /** What all receivers of the message get alike. */
  static void content(RowWriter out, Stored message) {
    out.number(message.expiresAtMillis);
    out.bytes(message.topic.bytes());
    out.bytes(message.payload);
    out.properties(message.properties);
  }

  int count() {
    return count;
  }

  long first() {
    return first;
  }

  /** The number that the next message must have. */
  long next() {
    return first + count;
  }

  /** What its messages take in memory. */
  int bytes() {
    return bytes;
  }

  byte[] encode() {
    return out.done();
  }

  static byte[] encode(Stored message) {
    QueueRow row = new QueueRow();
    row.add(message);
    return row.encode();
  }

  /** The number of the chunk to which a row refers, or 0. */
  static long chunk(byte[] value) {
    return new RowReader(value, FORMAT).number();
  }

  static List<Stored> decode(long first, byte[] value, Router router) {
    return decode(first, value, null, router);
  }

  /**
   * The messages of a row.
   *
   * @param chunkRow the row of its chunk; when it has one that is gone, so are the messages, which
   *     come {@linkplain Stored#isSlim slim}
   */
  static List<Stored> decode(long first, byte[] value, byte @Nullable [] chunkRow, Router router) {
    List<Content> chunk = chunkRow == null ? List.of() : contents(chunkRow, router);
    RowReader in = new RowReader(value, FORMAT);
    in.number();
    List<Stored> messages = new ArrayList<>();
    for (long sequence = first; !in.atEnd(); sequence++) {
      int flags = in.u8();
      Content content = null;
      if ((flags & IN_CHUNK) == 0) {
        content = content(in, router);
      } else {
        int place = in.integer();
        content = place < chunk.size() ? chunk.get(place) : null;
      }
      int[] ids = new int[in.integer()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = in.integer();
      }
      messages.add(
          content == null
              ? Stored.slim(sequence)
              : new Stored(
                  sequence,
                  content.topic,
                  content.payload,
                  Qos.of(flags & 3),
                  (flags & RETAIN) != 0,
                  content.expiresAtMillis,
                  content.properties,
                  ids));
    }
    return messages;
  }

  private record Content(
      TopicEntry topic, byte[] payload, long expiresAtMillis, MessageProperties properties) {}

  private static Content content(RowReader in, Router router) {
    long expiresAtMillis = in.number();
    TopicEntry topic = router.entry(new Topic(in.text()));
    return new Content(topic, in.bytes(), expiresAtMillis, in.properties());
  }

  private static List<Content> contents(byte[] chunkRow, Router router) {
    RowReader in = new RowReader(chunkRow, 1);
    List<Content> all = new ArrayList<>();
    while (!in.atEnd()) {
      all.add(content(in, router));
    }
    return all;
  }
}
