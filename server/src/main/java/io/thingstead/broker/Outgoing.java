package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The message a lane is handing to its sessions, and its PUBLISH packets as far as they are encoded
 * already: once for each protocol version, with and without a packet id, however many sessions get
 * it. One for each lane, used again for every message; nothing of it is kept.
 */
final class Outgoing {
  /** Larger payloads are not copied for each receiver but shared. */
  static final int COPIED_BYTES_MAX = 4096;

  private static final int PUBLISH = 0x30;
  private static final int DUP = 8;
  private static final int WITH_PACKET_ID = 1;
  private static final int WITH_PROPERTIES = 2;

  private final ByteBufAllocator buffers;
  private final @Nullable ByteBuf[] templates = new ByteBuf[4];
  private final int[] packetIdAt = new int[4];
  private final PublishProperties5 properties5;
  private @Nullable ByteBuf alike;
  private @Nullable Body body;
  private int encoded;

  TopicEntry topic;
  ByteBuf payload;
  int payloadAt;
  int payloadBytes;
  Qos qos = Qos.AT_MOST_ONCE;
  boolean retain;
  MessageProperties properties = MessageProperties.NONE;
  long expiresAtMillis;

  /** The time, if there is an expiry. */
  long nowMillis;

  @Nullable Session publisher;

  /** Durable sessions have got it by another way. */
  boolean passing;

  Outgoing(ByteBufAllocator buffers, TopicEntry topic, ByteBuf payload) {
    this.buffers = buffers;
    this.properties5 = new PublishProperties5(buffers);
    this.topic = topic;
    this.payload = payload;
  }

  /** Begins the next message; the fields not given here are set by the caller. */
  void begin(TopicEntry topic, ByteBuf payload, int payloadAt, int payloadBytes) {
    this.topic = topic;
    this.payload = payload;
    this.payloadAt = payloadAt;
    this.payloadBytes = payloadBytes;
    this.encoded = 0;
    this.alike = null;
    this.body = null;
  }

  /** A copy of the payload, one for all who keep the message. */
  Body body() {
    Body copy = body;
    if (copy == null) {
      byte[] bytes = new byte[payloadBytes];
      payload.getBytes(payloadAt, bytes);
      copy = new Body(bytes);
      body = copy;
    }
    return copy;
  }

  /** What a client's rate of bytes counts of it. */
  int countedBytes() {
    return payloadBytes + topic.bytes().length;
  }

  /** The flags of the fixed header. */
  static int flags(Qos qos, boolean retain, boolean dup) {
    return PUBLISH | qos.ordinal() << 1 | (retain ? 1 : 0) | (dup ? DUP : 0);
  }

  /**
   * Writes the packet.
   *
   * @param packetId 0 for QoS 0
   * @param many whether others of this lane get the same message, so that a template pays
   * @return false when the client takes no packet of this size: then nothing is written, which
   *     counts as delivered [MQTT-3.1.2-25]
   */
  boolean write(Target to, int flags, int packetId, int[] subscriptionIds, boolean many) {
    boolean five = to.properties();
    if (five) {
      int alias = to.alias(topic);
      boolean plain =
          alias == 0
              && subscriptionIds.length == 0
              && expiresAtMillis == Long.MAX_VALUE
              && properties.equals(MessageProperties.NONE);
      if (!plain) {
        return withProperties(to, flags, packetId, subscriptionIds, alias);
      }
    }
    int rest = 2 + topic.bytes().length + (packetId != 0 ? 2 : 0) + (five ? 1 : 0) + payloadBytes;
    int size = 1 + lengthBytes(rest) + rest;
    if (size > to.packetBytesMax()) {
      return false;
    }
    if (payloadBytes > COPIED_BYTES_MAX) {
      head(to.out(size - payloadBytes), flags, rest, packetId, five);
      to.append(payload.retainedSlice(payloadAt, payloadBytes));
    } else if (many) {
      copyTemplate(to.out(size), flags, rest, packetId, five);
    } else {
      ByteBuf out = to.out(size);
      head(out, flags, rest, packetId, five);
      out.writeBytes(payload, payloadAt, payloadBytes);
    }
    to.wrote();
    return true;
  }

  private boolean withProperties(Target to, int flags, int packetId, int[] ids, int alias) {
    ByteBuf mine = alike;
    if (mine == null) {
      mine = properties5.encode(properties);
      alike = mine;
    }
    if (!PublishProperties5.write(this, mine, to, flags, packetId, ids, alias)) {
      return false;
    }
    if (alias < 0) {
      to.aliased(topic, -alias);
    }
    to.wrote();
    return true;
  }

  private void head(ByteBuf out, int flags, int rest, int packetId, boolean five) {
    out.writeByte(flags);
    writeLength(out, rest);
    byte[] name = topic.bytes();
    out.writeShort(name.length);
    out.writeBytes(name);
    if (packetId != 0) {
      out.writeShort(packetId);
    }
    if (five) {
      out.writeByte(0);
    }
  }

  private void copyTemplate(ByteBuf out, int flags, int rest, int packetId, boolean five) {
    int shape = (packetId != 0 ? WITH_PACKET_ID : 0) | (five ? WITH_PROPERTIES : 0);
    ByteBuf template = templates[shape];
    if (template == null) {
      template = buffers.directBuffer(256);
      templates[shape] = template;
    }
    if ((encoded & 1 << shape) == 0) {
      template.clear();
      head(template, flags, rest, packetId, five);
      packetIdAt[shape] = template.writerIndex() - (five ? 3 : 2);
      template.writeBytes(payload, payloadAt, payloadBytes);
      encoded |= 1 << shape;
    }
    int start = out.writerIndex();
    out.writeBytes(template, 0, template.writerIndex());
    out.setByte(start, flags);
    if (packetId != 0) {
      out.setShort(start + packetIdAt[shape], packetId);
    }
  }

  static int lengthBytes(int length) {
    return length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : 4;
  }

  static void writeLength(ByteBuf out, int length) {
    int left = length;
    while (left >= 0x80) {
      out.writeByte(left & 0x7F | 0x80);
      left >>>= 7;
    }
    out.writeByte(left);
  }

  /** Gives the templates back when the lane ends. */
  void close() {
    properties5.close();
    for (ByteBuf template : templates) {
      if (template != null) {
        template.release();
      }
    }
  }
}
