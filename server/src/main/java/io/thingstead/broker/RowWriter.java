package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a row's value: its format's number first, numbers big-endian or in base 128. */
final class RowWriter {
  private final ByteBuf out;

  RowWriter(int format) {
    out = Unpooled.buffer(128);
    out.writeByte(format);
  }

  RowWriter u8(int value) {
    out.writeByte(value);
    return this;
  }

  RowWriter flag(boolean value) {
    return u8(value ? 1 : 0);
  }

  /** A number that is not negative, small ones in few bytes. */
  RowWriter number(long value) {
    long left = value;
    while (left >= 0x80) {
      out.writeByte((int) (left & 0x7F | 0x80));
      left >>>= 7;
    }
    out.writeByte((int) left);
    return this;
  }

  RowWriter bytes(byte[] value) {
    number(value.length);
    out.writeBytes(value);
    return this;
  }

  RowWriter text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  RowWriter optional(@Nullable String value) {
    flag(value != null);
    return value == null ? this : text(value);
  }

  RowWriter properties(MessageProperties properties) {
    if (properties.equals(MessageProperties.NONE)) {
      return u8(0);
    }
    u8(1);
    u8(properties.utf8() == null ? 0 : properties.utf8() ? 2 : 1);
    optional(properties.contentType());
    optional(properties.responseTopic());
    byte[] correlation = properties.correlationData();
    flag(correlation != null);
    if (correlation != null) {
      bytes(correlation);
    }
    List<MessageProperties.UserProperty> users = properties.userProperties();
    number(users.size());
    for (MessageProperties.UserProperty user : users) {
      text(user.name()).text(user.value());
    }
    return this;
  }

  int size() {
    return out.readableBytes();
  }

  byte[] done() {
    return Arrays.copyOf(out.array(), out.writerIndex());
  }
}
