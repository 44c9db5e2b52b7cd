package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.thingstead.broker.Qos;
import java.nio.charset.StandardCharsets;

/**
 * PUBLISH, as a view of the buffer it was read from: nothing is copied. It is valid until that
 * buffer's bytes are discarded or released; whoever keeps the payload longer copies it or keeps
 * {@code payload().retain()}.
 *
 * @param buffer holds the packet; indexes below are absolute in it
 * @param topicLength 0 only when {@code properties.topicAlias()} is given; the topic is valid UTF-8
 *     without U+0000 and wildcards
 * @param flags the low four bits of the first byte
 * @param packetId 1 to 65535, or 0 for QoS 0
 */
public record Publish(
    ByteBuf buffer,
    int topicStart,
    int topicLength,
    int payloadStart,
    int payloadLength,
    int flags,
    int packetId,
    PublishProperties properties)
    implements Packet {
  private static final int RETAIN = 1;
  private static final int DUP = 8;

  public Qos qos() {
    return Qos.of(flags >> 1 & 3);
  }

  public boolean retain() {
    return (flags & RETAIN) != 0;
  }

  /** Whether the sender says it sent this before. */
  public boolean dup() {
    return (flags & DUP) != 0;
  }

  /** The topic's byte at an index from 0 to {@code topicLength() - 1}. */
  public byte topicByte(int index) {
    return buffer.getByte(topicStart + index);
  }

  /** The topic as a new string. */
  public String topic() {
    return buffer.toString(topicStart, topicLength, StandardCharsets.UTF_8);
  }

  /** The payload as a slice that shares the buffer's life and reference count. */
  public ByteBuf payload() {
    return buffer.slice(payloadStart, payloadLength);
  }

  @Override
  public String toString() {
    return "Publish[" + topic() + ", " + qos() + ", " + payloadLength + " bytes]";
  }
}
