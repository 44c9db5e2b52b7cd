package io.thingstead.broker;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what a {@link RowWriter} wrote. */
final class RowReader {
  private final byte[] bytes;
  private int at;

  /**
   * @param format the only format number that is understood
   */
  RowReader(byte[] bytes, int format) {
    this.bytes = bytes;
    int found = u8();
    if (found != format) {
      throw new IllegalStateException(
          "a row of format " + found + " where " + format + " is known");
    }
  }

  boolean atEnd() {
    return at == bytes.length;
  }

  int u8() {
    return bytes[at++] & 0xFF;
  }

  boolean flag() {
    return u8() != 0;
  }

  long number() {
    long value = 0;
    int shift = 0;
    byte b;
    do {
      b = bytes[at++];
      value |= (long) (b & 0x7F) << shift;
      shift += 7;
    } while (b < 0);
    return value;
  }

  int integer() {
    return Math.toIntExact(number());
  }

  byte[] bytes() {
    int length = integer();
    byte[] value = Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return value;
  }

  String text() {
    int length = integer();
    String value = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return value;
  }

  @Nullable String optional() {
    return flag() ? text() : null;
  }

  MessageProperties properties() {
    if (!flag()) {
      return MessageProperties.NONE;
    }
    int utf8 = u8();
    String contentType = optional();
    String responseTopic = optional();
    byte[] correlation = flag() ? bytes() : null;
    int count = integer();
    List<MessageProperties.UserProperty> users = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      users.add(new MessageProperties.UserProperty(text(), text()));
    }
    return new MessageProperties(
        utf8 == 0 ? null : utf8 == 2, contentType, responseTopic, correlation, users);
  }
}
