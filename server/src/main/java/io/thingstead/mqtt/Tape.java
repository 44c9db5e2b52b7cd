package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.thingstead.broker.MessageProperties.UserProperty;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the fields of a packet in order: first to measure them, then to write them, so that the
 * layout of each packet is said once though its length comes before it.
 */
final class Tape {
  private final @Nullable ByteBuf out;
  private int size;

  private Tape(@Nullable ByteBuf out) {
    this.out = out;
  }

  static Tape writing(ByteBuf out) {
    return new Tape(out);
  }

  static int measure(Consumer<Tape> fields) {
    Tape tape = new Tape(null);
    fields.accept(tape);
    return tape.size;
  }

  void u8(int value) {
    size++;
    if (out != null) {
      out.writeByte(value);
    }
  }

  void u16(int value) {
    size += 2;
    if (out != null) {
      out.writeShort(value);
    }
  }

  private void u32(long value) {
    size += 4;
    if (out != null) {
      out.writeInt((int) value);
    }
  }

  void variable(int value) {
    size += Encoder.variableSize(value);
    if (out != null) {
      Encoder.variable(out, value);
    }
  }

  void string(String value) {
    int bytes = ByteBufUtil.utf8Bytes(value);
    if (bytes > 0xFFFF) {
      throw new IllegalArgumentException("a string of " + bytes + " bytes; MQTT allows 65535");
    }
    u16(bytes);
    size += bytes;
    if (out != null) {
      ByteBufUtil.reserveAndWriteUtf8(out, value, bytes);
    }
  }

  void binary(byte[] value) {
    if (value.length > 0xFFFF) {
      throw new IllegalArgumentException(
          "binary data of " + value.length + " bytes; MQTT allows 65535");
    }
    u16(value.length);
    bytes(value);
  }

  void bytes(byte[] value) {
    size += value.length;
    if (out != null) {
      out.writeBytes(value);
    }
  }

  /** The property length and the properties. */
  void properties(Consumer<Tape> fields) {
    int length = measure(fields);
    variable(length);
    if (out == null) {
      size += length;
    } else {
      fields.accept(this);
    }
  }

  void flag(Property property, boolean value) {
    u8(property.id());
    u8(value ? 1 : 0);
  }

  /** A number; none is written when it is the value that means absent. */
  void number(Property property, long value, long absent) {
    if (value == absent) {
      return;
    }
    u8(property.id());
    switch (property.type()) {
      case FLAG -> u8((int) value);
      case U16 -> u16((int) value);
      case U32 -> u32(value);
      case VARIABLE -> variable((int) value);
      case STRING, TOPIC, BINARY, PAIR -> throw new IllegalArgumentException(property.title());
    }
  }

  void string(Property property, @Nullable String value) {
    if (value != null) {
      u8(property.id());
      string(value);
    }
  }

  void binary(Property property, byte @Nullable [] value) {
    if (value != null) {
      u8(property.id());
      binary(value);
    }
  }

  void userProperties(List<UserProperty> properties) {
    for (UserProperty property : properties) {
      u8(Property.USER_PROPERTY.id());
      string(property.name());
      string(property.value());
    }
  }

  void explanation(Explanation explanation) {
    string(Property.REASON_STRING, explanation.reasonString());
    userProperties(explanation.userProperties());
  }

  void authentication(@Nullable Authentication authentication) {
    if (authentication != null) {
      string(Property.AUTHENTICATION_METHOD, authentication.method());
      binary(Property.AUTHENTICATION_DATA, authentication.data());
    }
  }
}
