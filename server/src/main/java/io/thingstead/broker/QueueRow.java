package io.thingstead.broker;

import io.thingstead.model.topic.Topic;
import java.util.ArrayList;
import java.util.List;

/** A run of queued messages with consecutive numbers, of which the first is in the key. */
final class QueueRow {
  private static final int FORMAT = 1;
  private static final int RETAIN = 4;

  private final RowWriter out = new RowWriter(FORMAT);
  private int count;
  private long first;

  /** Appends a message, whose number follows the one before. */
  void add(Stored message) {
    if (count == 0) {
      first = message.sequence;
    }
    count++;
    out.u8(message.qos.ordinal() | (message.retain ? RETAIN : 0));
    out.number(message.expiresAtMillis);
    out.bytes(message.topic.bytes());
    out.bytes(message.payload);
    out.properties(message.properties);
    out.number(message.subscriptionIds.length);
    for (int id : message.subscriptionIds) {
      out.number(id);
    }
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

  int bytes() {
    return out.size();
  }

  byte[] encode() {
    return out.done();
  }

  static byte[] encode(Stored message) {
    QueueRow row = new QueueRow();
    row.add(message);
    return row.encode();
  }

  static List<Stored> decode(long first, byte[] value, Router router) {
    RowReader in = new RowReader(value, FORMAT);
    List<Stored> messages = new ArrayList<>();
    for (long sequence = first; !in.atEnd(); sequence++) {
      int flags = in.u8();
      long expiresAtMillis = in.number();
      TopicEntry topic = router.entry(new Topic(in.text()));
      byte[] payload = in.bytes();
      MessageProperties properties = in.properties();
      int[] ids = new int[in.integer()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = in.integer();
      }
      messages.add(
          new Stored(
              sequence,
              topic,
              payload,
              Qos.of(flags & 3),
              (flags & RETAIN) != 0,
              expiresAtMillis,
              properties,
              ids));
    }
    return messages;
  }
}
