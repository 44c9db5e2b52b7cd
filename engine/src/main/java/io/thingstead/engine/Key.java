package io.thingstead.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An order-preserving composite row key: parts compare one after the other, strings as UTF-8 bytes,
 * numbers as unsigned big-endian. A key built from fewer parts is a prefix of one that adds more.
 */
public final class Key implements Comparable<Key> {
  /** The empty prefix: every row of a table. */
  public static final Key ALL = new Key(new byte[0]);

  private final byte[] bytes;

  private Key(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * A key of these parts in order.
   *
   * @param parts {@code String} or {@code Long}/{@code Integer} (not negative)
   */
  public static Key of(Object... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(32);
    for (Object part : parts) {
      switch (part) {
        case String text -> writeText(out, text);
        case Long number -> writeLong(out, number);
        case Integer number -> writeLong(out, number);
        default -> throw new IllegalArgumentException("no key part: " + part.getClass());
      }
    }
    return new Key(out.toByteArray());
  }

  /** A key from bytes that {@link #bytes} gave. */
  public static Key ofBytes(byte[] bytes) {
    return new Key(bytes.clone());
  }

  // A zero byte inside a text is written 00 FF, its end 00 01, so that no text is a prefix of
  // another.
  private static void writeText(ByteArrayOutputStream out, String text) {
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      out.write(b);
      if (b == 0) {
        out.write(0xFF);
      }
    }
    out.write(0);
    out.write(1);
  }

  private static void writeLong(ByteArrayOutputStream out, long number) {
    if (number < 0) {
      throw new IllegalArgumentException("a key part is not negative: " + number);
    }
    for (int shift = 56; shift >= 0; shift -= 8) {
      out.write((int) (number >>> shift));
    }
  }

  /** A copy of the encoded bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  int copyTo(byte[] to, int at) {
    System.arraycopy(bytes, 0, to, at, bytes.length);
    return at + bytes.length;
  }

  /** The encoded length in bytes. */
  public int length() {
    return bytes.length;
  }

  public boolean startsWith(Key prefix) {
    return bytes.length >= prefix.bytes.length
        && Arrays.equals(bytes, 0, prefix.bytes.length, prefix.bytes, 0, prefix.bytes.length);
  }

  /** Reads the parts of this key again, in the order they were written. */
  public Reader read() {
    return new Reader();
  }

  /** Takes a key apart. */
  public final class Reader {
    private int at;

    public String text() {
      ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length - at);
      while (true) {
        byte b = bytes[at++];
        if (b != 0) {
          out.write(b);
        } else if (bytes[at++] == 1) {
          return out.toString(StandardCharsets.UTF_8);
        } else {
          out.write(0);
        }
      }
    }

    public long number() {
      long number = 0;
      for (int i = 0; i < 8; i++) {
        number = (number << 8) | (bytes[at++] & 0xFF);
      }
      return number;
    }
  }

  @Override
  public int compareTo(Key other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return java.util.HexFormat.of().formatHex(bytes);
  }
}
