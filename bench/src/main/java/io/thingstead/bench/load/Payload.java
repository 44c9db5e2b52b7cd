package io.thingstead.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A payload that says when and by whom it was published: as numbers at its beginning, or, where a
 * rule has to read it, as a JSON document with these members at fixed places.
 */
final class Payload {
  private static final int TIME_DIGITS = 19;
  private static final int PUBLISHER_DIGITS = 7;
  private static final int TIME_AT = "{\"t\":\"".length();
  private static final int PUBLISHER_AT = TIME_AT + TIME_DIGITS + "\",\"p\":\"".length();

  private final boolean json;
  private final byte[] pattern;

  /**
   * @param size bytes of a payload; a few more where the two members need them
   */
  Payload(int size, boolean json) {
    this.json = json;
    pattern = json ? document(size) : new byte[Math.max(size, Long.BYTES + Integer.BYTES)];
  }

  private static byte[] document(int size) {
    String start =
        "{\"t\":\"%s\",\"p\":\"%s\",\"f\":\""
            .formatted("0".repeat(TIME_DIGITS), "0".repeat(PUBLISHER_DIGITS));
    String end = "\"}";
    int filler = Math.max(size - start.length() - end.length(), 0);
    return (start + "x".repeat(filler) + end).getBytes(StandardCharsets.US_ASCII);
  }

  int size() {
    return pattern.length;
  }

  void write(ByteBuffer to, long nanos, int publisher) {
    if (json) {
      digits(nanos, TIME_AT, TIME_DIGITS);
      digits(publisher, PUBLISHER_AT, PUBLISHER_DIGITS);
      to.put(pattern);
    } else {
      to.putLong(nanos).putInt(publisher).put(pattern, 0, size() - Long.BYTES - Integer.BYTES);
    }
  }

  private void digits(long value, int at, int count) {
    Arrays.fill(pattern, at, at + count, (byte) '0');
    long left = value;
    for (int i = at + count - 1; left > 0 && i >= at; i--) {
      pattern[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
  }

  /** Whether these bytes can be one of ours. */
  boolean readable(int length) {
    return length >= (json ? PUBLISHER_AT + PUBLISHER_DIGITS : Long.BYTES + Integer.BYTES);
  }

  long nanos(ByteBuffer in, int at) {
    return json ? number(in, at + TIME_AT, TIME_DIGITS) : in.getLong(at);
  }

  int publisher(ByteBuffer in, int at) {
    return json
        ? (int) number(in, at + PUBLISHER_AT, PUBLISHER_DIGITS)
        : in.getInt(at + Long.BYTES);
  }

  private static long number(ByteBuffer in, int at, int digits) {
    long value = 0;
    for (int i = at; i < at + digits; i++) {
      value = value * 10 + in.get(i) - '0';
    }
    return value;
  }
}
