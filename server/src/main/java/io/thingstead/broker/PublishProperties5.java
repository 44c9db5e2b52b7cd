package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/**
 * PUBLISH packets that carry MQTT 5 properties, section 3.3.2.3. What all receivers of a message
 * get alike is encoded once; what is each receiver's own is written into its packet. Nothing is
 * allocated for a delivery.
 */
final class PublishProperties5 {
  private static final int PAYLOAD_FORMAT = 0x01;
  private static final int EXPIRY = 0x02;
  private static final int CONTENT_TYPE = 0x03;
  private static final int RESPONSE_TOPIC = 0x08;
  private static final int CORRELATION_DATA = 0x09;
  private static final int SUBSCRIPTION_ID = 0x0B;
  private static final int TOPIC_ALIAS = 0x23;
  private static final int USER_PROPERTY = 0x26;

  private static final int EXPIRY_BYTES = 5;
  private static final int ALIAS_BYTES = 3;

  private final ByteBufAllocator buffers;
  private @Nullable ByteBuf alike;

  PublishProperties5(ByteBufAllocator buffers) {
    this.buffers = buffers;
  }

  /**
   * Writes the packet.
   *
   * @param alike the properties that {@link #encode} has made of the message
   * @param alias as {@link Target#alias} says
   * @return false when the client takes no packet of this size: then nothing is written
   */
  static boolean write(
      Outgoing message, ByteBuf alike, Target to, int flags, int packetId, int[] ids, int alias) {
    boolean expires = message.expiresAtMillis != Long.MAX_VALUE;
    int bytes =
        alike.readableBytes()
            + (expires ? EXPIRY_BYTES : 0)
            + (alias != 0 ? ALIAS_BYTES : 0)
            + idBytes(ids);
    byte[] name = message.topic.bytes();
    int nameBytes = alias > 0 ? 0 : name.length;
    int head = 2 + nameBytes + (packetId != 0 ? 2 : 0) + Outgoing.lengthBytes(bytes) + bytes;
    int rest = head + message.payloadBytes;
    int size = 1 + Outgoing.lengthBytes(rest) + rest;
    if (size > to.packetBytesMax()) {
      return false;
    }
    boolean copied = message.payloadBytes <= Outgoing.COPIED_BYTES_MAX;
    ByteBuf out = to.out(copied ? size : size - message.payloadBytes);
    out.writeByte(flags);
    Outgoing.writeLength(out, rest);
    out.writeShort(nameBytes);
    out.writeBytes(name, 0, nameBytes);
    if (packetId != 0) {
      out.writeShort(packetId);
    }
    Outgoing.writeLength(out, bytes);
    out.writeBytes(alike, alike.readerIndex(), alike.readableBytes());
    if (expires) {
      out.writeByte(EXPIRY).writeInt(secondsLeft(message, to));
    }
    if (alias != 0) {
      out.writeByte(TOPIC_ALIAS).writeShort(Math.abs(alias));
    }
    for (int id : ids) {
      out.writeByte(SUBSCRIPTION_ID);
      Outgoing.writeLength(out, id);
    }
    if (copied) {
      out.writeBytes(message.payload, message.payloadAt, message.payloadBytes);
    } else {
      to.append(message.payload.retainedSlice(message.payloadAt, message.payloadBytes));
    }
    return true;
  }

  /** What it was published with, less the whole seconds it has waited [MQTT-3.3.2-6]. */
  private static int secondsLeft(Outgoing message, Target to) {
    long millis = Math.max(0, message.expiresAtMillis - message.nowMillis);
    long left = to.wholeSecondsLeft() ? millis / 1000 : Math.ceilDiv(millis, 1000L);
    return (int) Math.min(left, 0xFFFF_FFFFL);
  }

  private static int idBytes(int[] ids) {
    int sum = 0;
    for (int id : ids) {
      sum += 1 + Outgoing.lengthBytes(id);
    }
    return sum;
  }

  /** Encodes what all receivers get alike; good until the next call. */
  ByteBuf encode(MessageProperties properties) {
    ByteBuf out = alike;
    if (out == null) {
      out = buffers.directBuffer(128);
      alike = out;
    }
    out.clear();
    if (properties.utf8() != null) {
      out.writeByte(PAYLOAD_FORMAT).writeByte(properties.utf8() ? 1 : 0);
    }
    text(out, CONTENT_TYPE, properties.contentType());
    text(out, RESPONSE_TOPIC, properties.responseTopic());
    byte[] correlation = properties.correlationData();
    if (correlation != null) {
      out.writeByte(CORRELATION_DATA).writeShort(correlation.length).writeBytes(correlation);
    }
    for (MessageProperties.UserProperty property : properties.userProperties()) {
      out.writeByte(USER_PROPERTY);
      text(out, property.name());
      text(out, property.value());
    }
    return out;
  }

  private static void text(ByteBuf out, int property, @Nullable String value) {
    if (value != null) {
      out.writeByte(property);
      text(out, value);
    }
  }

  private static void text(ByteBuf out, String value) {
    int at = out.writerIndex();
    out.writeShort(0);
    out.setShort(at, ByteBufUtil.writeUtf8(out, value));
  }

  void close() {
    ByteBuf mine = alike;
    if (mine != null) {
      alike = null;
      mine.release();
    }
  }
}
