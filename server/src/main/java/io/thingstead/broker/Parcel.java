package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one lane has for another at the end of a loop's turn: messages for sessions there, and other
 * tasks, in order. Messages are packed into arrays that are used again, so that a message costs
 * neither an allocation nor a wake-up.
 */
final class Parcel implements Runnable {
  private static final int FIELDS = 6;

  private final Lane from;
  private final Lane to;
  private final ByteBuf bytes;
  private @Nullable Object[] things = new @Nullable Object[16 * FIELDS];
  private int count;

  /** Bytes of payloads that are not copied. */
  private int slices;

  Parcel(Lane from, Lane to) {
    this.from = from;
    this.to = to;
    this.bytes = from.buffers().directBuffer(1024);
  }

  /** What it holds in memory, roughly. */
  int size() {
    return bytes.readableBytes() + slices + count * FIELDS * Long.BYTES;
  }

  /** Adds a task to run on the other lane. */
  void add(Runnable task) {
    int at = next();
    things[at] = task;
  }

  /** Adds the lane's outgoing message for sessions of the other lane. */
  void add(Distribution from, Outgoing message, Delivery[] deliveries, @Nullable Receipt receipt) {
    int at = next();
    things[at] = message.topic;
    things[at + 1] = deliveries;
    things[at + 2] = from;
    things[at + 3] = receipt;
    things[at + 4] = message.publisher;
    things[at + 5] = message.properties.equals(MessageProperties.NONE) ? null : message.properties;
    boolean copied = message.payloadBytes <= Outgoing.COPIED_BYTES_MAX;
    bytes.writeByte(
        message.qos.ordinal()
            | (message.retain ? 4 : 0)
            | (copied ? 8 : 0)
            | (message.passing ? 16 : 0));
    bytes.writeLong(message.expiresAtMillis);
    bytes.writeInt(message.payloadBytes);
    if (copied) {
      bytes.writeBytes(message.payload, message.payloadAt, message.payloadBytes);
    } else {
      slices += message.payloadBytes;
      int behind = next();
      things[behind] = message.payload.retainedSlice(message.payloadAt, message.payloadBytes);
    }
  }

  private int next() {
    int at = count * FIELDS;
    if (at == things.length) {
      things = Arrays.copyOf(things, at * 2);
    }
    count++;
    return at;
  }

  /** Unpacks, on the other lane. */
  @Override
  public void run() {
    int size = size();
    for (int i = 0; i < count; i++) {
      int at = i * FIELDS;
      if (things[at] instanceof Runnable task) {
        to.run(task);
      } else if (!deliver(at)) {
        i++;
        ((ByteBuf) java.util.Objects.requireNonNull(things[at + FIELDS])).release();
      }
    }
    Arrays.fill(things, 0, count * FIELDS, null);
    count = 0;
    slices = 0;
    bytes.clear();
    from.takeBack(this, to, size);
  }

  /** Delivers a message; false when its payload came as an own thing behind it. */
  private boolean deliver(int at) {
    Outgoing message = to.outgoing();
    int flags = bytes.readByte();
    long expiresAtMillis = bytes.readLong();
    int length = bytes.readInt();
    boolean copied = (flags & 8) != 0;
    TopicEntry topic = (TopicEntry) java.util.Objects.requireNonNull(things[at]);
    if (copied) {
      message.begin(topic, bytes, bytes.readerIndex(), length);
      bytes.skipBytes(length);
    } else {
      ByteBuf payload = (ByteBuf) java.util.Objects.requireNonNull(things[at + FIELDS]);
      message.begin(topic, payload, payload.readerIndex(), length);
    }
    message.qos = Qos.of(flags & 3);
    message.retain = (flags & 4) != 0;
    message.passing = (flags & 16) != 0;
    message.expiresAtMillis = expiresAtMillis;
    message.nowMillis = expiresAtMillis == Long.MAX_VALUE ? 0 : to.nowMillis();
    message.publisher = (Session) things[at + 4];
    MessageProperties properties = (MessageProperties) things[at + 5];
    message.properties = properties == null ? MessageProperties.NONE : properties;
    Delivery[] deliveries = (Delivery[]) java.util.Objects.requireNonNull(things[at + 1]);
    Distribution from = (Distribution) java.util.Objects.requireNonNull(things[at + 2]);
    from.arrived(to, message, deliveries, (Receipt) things[at + 3]);
    return copied;
  }

  void close() {
    bytes.release();
  }
}
