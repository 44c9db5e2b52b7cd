package io.thingstead.mqtt;

import static io.thingstead.mqtt.PacketException.malformed;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Reads the fields of one packet, never beyond its end. */
final class Cursor {
  private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
  private int position;
  private int end;

  void set(ByteBuf buffer, int position, int end) {
    this.buffer = buffer;
    this.position = position;
    this.end = end;
  }

  int position() {
    return position;
  }

  int remaining() {
    return end - position;
  }

  /** Takes bytes and returns where they start. */
  int take(int count, String what) {
    int start = position;
    if (count > end - start) {
      throw malformed("the packet ends inside its " + what);
    }
    position = start + count;
    return start;
  }

  int u8(String what) {
    return buffer.getByte(take(1, what)) & 0xFF;
  }

  int u16(String what) {
    return buffer.getUnsignedShort(take(2, what));
  }

  long u32(String what) {
    return buffer.getUnsignedInt(take(4, what));
  }

  /** A variable byte integer in its shortest form [MQTT-1.5.5-1]. */
  int variable(String what) {
    int value = 0;
    for (int shift = 0; shift <= 21; shift += 7) {
      int b = u8(what);
      value |= (b & 0x7F) << shift;
      if (b < 0x80) {
        if (b == 0 && shift > 0) {
          throw malformed(what + " is not in its shortest form [MQTT-1.5.5-1]");
        }
        return value;
      }
    }
    throw malformed(what + " is longer than four bytes [MQTT-1.5.5-1]");
  }

  /** A UTF-8 string [MQTT-1.5.4-1] without U+0000 [MQTT-1.5.4-2]. */
  String string(String what) {
    return string(what, 0);
  }

  /** A topic name: a string with no wildcard and at least one character. */
  String topicName(String what) {
    String name = string(what, Utf8.WILDCARD);
    if (name.isEmpty()) {
      throw new PacketException(ReasonCode.TOPIC_NAME_INVALID, what + " is empty [MQTT-4.7.3-1]");
    }
    return name;
  }

  private String string(String what, int refused) {
    int length = u16(what);
    int start = take(length, what);
    check(start, length, what, refused);
    return buffer.toString(start, length, StandardCharsets.UTF_8);
  }

  /** Refuses bytes that are no MQTT string, or hold what else is refused. */
  void check(int start, int length, String what, int refused) {
    int found = Utf8.scan(buffer, start, length) & (Utf8.ILL_FORMED | Utf8.NUL | refused);
    if (found != 0) {
      throw fault(found, what);
    }
  }

  private static PacketException fault(int found, String what) {
    if ((found & Utf8.ILL_FORMED) != 0) {
      return malformed(what + " is not well-formed UTF-8 [MQTT-1.5.4-1]");
    }
    if ((found & Utf8.NUL) != 0) {
      return malformed(what + " contains U+0000 [MQTT-1.5.4-2]");
    }
    return new PacketException(
        ReasonCode.TOPIC_NAME_INVALID,
        what + " contains a wildcard; only filters may [MQTT-3.3.2-2]");
  }

  /** Binary data: a copy. */
  byte[] binary(String what) {
    int length = u16(what);
    byte[] bytes = new byte[length];
    buffer.getBytes(take(length, what), bytes);
    return bytes;
  }

  /** A packet identifier, which is never 0 [MQTT-2.2.1-3]. */
  int packetId() {
    int id = u16("packet identifier");
    if (id == 0) {
      throw PacketException.protocol("the packet identifier is 0 [MQTT-2.2.1-3]");
    }
    return id;
  }

  /** A reason code the standard knows. */
  ReasonCode reason() {
    int code = u8("reason code");
    ReasonCode reason = ReasonCode.of(code);
    if (reason == null) {
      throw malformed("0x%02X is no reason code [MQTT5 2.4]".formatted(code));
    }
    return reason;
  }

  /** Refuses what follows the last field. */
  void finish() {
    if (position != end) {
      throw malformed((end - position) + " bytes follow the packet's last field");
    }
  }

  /** Cuts the packet after the next bytes, for a part with a length of its own. */
  int narrow(int length, String what) {
    int outer = end;
    int start = take(length, what);
    position = start;
    end = start + length;
    return outer;
  }

  void widen(int outer) {
    end = outer;
  }
}
