package io.thingstead.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What an outbox row or a timer carries to a handler. */
record Message(long account, String handler, byte[] body) {
  /** Account 8 bytes, length of the name 2 bytes, name in UTF-8, body. */
  byte[] encode() {
    byte[] name = handler.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(10 + name.length + body.length)
        .putLong(account)
        .putShort((short) name.length)
        .put(name)
        .put(body)
        .array();
  }

  static Message decode(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    long account = in.getLong();
    byte[] name = new byte[in.getShort() & 0xFFFF];
    in.get(name);
    byte[] body = new byte[in.remaining()];
    in.get(body);
    return new Message(account, new String(name, StandardCharsets.UTF_8), body);
  }

  static byte[] encodeLong(long number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  static long decodeLong(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }
}
