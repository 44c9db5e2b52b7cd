package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;

/** Looks at the bytes of MQTT strings, eight at a time, without making strings of them. */
final class Utf8 {
  private static final int NOT_ASCII = 1;

  /** A U+0000 is among the bytes. */
  static final int NUL = 2;

  /** A {@code +} or {@code #} is among the bytes. */
  static final int WILDCARD = 4;

  /** The bytes are no well-formed UTF-8, or encode surrogates. */
  static final int ILL_FORMED = 8;

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long PLUSES = '+' * ONES;
  private static final long HASHES = '#' * ONES;

  private Utf8() {}

  /** What is remarkable about the bytes: the sum of the constants above that apply. */
  static int scan(ByteBuf buffer, int start, int length) {
    int found = length < 8 ? scanBytes(buffer, start, length) : scanWords(buffer, start, length);
    if ((found & NOT_ASCII) == 0) {
      return found;
    }
    return wellFormed(buffer, start, start + length)
        ? found & ~NOT_ASCII
        : found & ~NOT_ASCII | ILL_FORMED;
  }

  private static int scanBytes(ByteBuf buffer, int start, int length) {
    int found = 0;
    for (int i = start; i < start + length; i++) {
      byte b = buffer.getByte(i);
      if (b <= 0) {
        found |= b == 0 ? NUL : NOT_ASCII;
      } else if (b == '+' || b == '#') {
        found |= WILDCARD;
      }
    }
    return found;
  }

  /** The last word overlaps the one before it, so no byte is left over. */
  private static int scanWords(ByteBuf buffer, int start, int length) {
    long high = 0;
    long nul = 0;
    long wildcard = 0;
    int last = start + length - 8;
    for (int i = start; ; i = Math.min(i + 8, last)) {
      long word = buffer.getLong(i);
      high |= word & HIGHS;
      nul |= zeros(word);
      wildcard |= zeros(word ^ PLUSES) | zeros(word ^ HASHES);
      if (i == last) {
        break;
      }
    }
    return (high == 0 ? 0 : NOT_ASCII) | (nul == 0 ? 0 : NUL) | (wildcard == 0 ? 0 : WILDCARD);
  }

  /** Not 0 if and only if one of the word's bytes is 0. */
  private static long zeros(long word) {
    return (word - ONES) & ~word & HIGHS;
  }

  /** Whether the bytes are what RFC 3629 section 4 allows. */
  private static boolean wellFormed(ByteBuf buffer, int start, int end) {
    int i = start;
    while (i < end) {
      int lead = buffer.getByte(i++) & 0xFF;
      if (lead < 0x80) {
        continue;
      }
      int more = lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
      if (more == 0 || end - i < more || !secondFits(lead, buffer.getByte(i) & 0xFF)) {
        return false;
      }
      for (int j = 1; j < more; j++) {
        if ((buffer.getByte(i + j) & 0xC0) != 0x80) {
          return false;
        }
      }
      i += more;
    }
    return true;
  }

  /** Refuses overlong forms, surrogates and what lies beyond U+10FFFF. */
  private static boolean secondFits(int lead, int second) {
    int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return least <= second && second <= most;
  }
}
