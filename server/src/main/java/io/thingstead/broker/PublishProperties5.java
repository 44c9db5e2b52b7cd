package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** PUBLISH packets that carry MQTT 5 properties, section 3.3.2.3. */
final class PublishProperties5 {
  private static final int PAYLOAD_FORMAT = 0x01;
  private static final int EXPIRY = 0x02;
  private static final int CONTENT_TYPE = 0x03;
  private static final int RESPONSE_TOPIC = 0x08;
  private static final int CORRELATION_DATA = 0x09;
  private static final int SUBSCRIPTION_ID = 0x0B;
  private static final int USER_PROPERTY = 0x26;

  private PublishProperties5() {}

  static boolean write(
      Outgoing message, Target to, int flags, int packetId, int[] subscriptionIds) {
    ByteBuf properties = Unpooled.buffer(128);
    writeProperties(properties, message, subscriptionIds);
    int bytes = properties.readableBytes();
    byte[] name = message.topic.bytes();
    int head = 2 + name.length + (packetId != 0 ? 2 : 0) + Outgoing.lengthBytes(bytes) + bytes;
    int rest = head + message.payloadBytes;
    int size = 1 + Outgoing.lengthBytes(rest) + rest;
    if (size > to.packetBytesMax()) {
      return false;
    }
    boolean copied = message.payloadBytes <= Outgoing.COPIED_BYTES_MAX;
    ByteBuf out = to.out(copied ? size : size - message.payloadBytes);
    out.writeByte(flags);
    Outgoing.writeLength(out, rest);
    out.writeShort(name.length);
    out.writeBytes(name);
    if (packetId != 0) {
      out.writeShort(packetId);
    }
    Outgoing.writeLength(out, bytes);
    out.writeBytes(properties);
    if (copied) {
      out.writeBytes(message.payload, message.payloadAt, message.payloadBytes);
    } else {
      to.append(message.payload.retainedSlice(message.payloadAt, message.payloadBytes));
    }
    return true;
  }

  private static void writeProperties(ByteBuf out, Outgoing message, int[] subscriptionIds) {
    MessageProperties properties = message.properties;
    if (properties.utf8() != null) {
      out.writeByte(PAYLOAD_FORMAT).writeByte(properties.utf8() ? 1 : 0);
    }
    if (message.expiresAtMillis != Long.MAX_VALUE) {
      long left = Math.max(0, message.expiresAtMillis - message.nowMillis) / 1000;
      out.writeByte(EXPIRY).writeInt((int) Math.min(left, 0xFFFF_FFFFL));
    }
    text(out, CONTENT_TYPE, properties.contentType());
    text(out, RESPONSE_TOPIC, properties.responseTopic());
    byte[] correlation = properties.correlationData();
    if (correlation != null) {
      out.writeByte(CORRELATION_DATA).writeShort(correlation.length).writeBytes(correlation);
    }
    for (int id : subscriptionIds) {
      out.writeByte(SUBSCRIPTION_ID);
      Outgoing.writeLength(out, id);
    }
    for (MessageProperties.UserProperty property : properties.userProperties()) {
      out.writeByte(USER_PROPERTY);
      text(out, property.name());
      text(out, property.value());
    }
  }

  private static void text(ByteBuf out, int property, @Nullable String value) {
    if (value != null) {
      out.writeByte(property);
      text(out, value);
    }
  }

  private static void text(ByteBuf out, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    out.writeShort(bytes.length).writeBytes(bytes);
  }
}
