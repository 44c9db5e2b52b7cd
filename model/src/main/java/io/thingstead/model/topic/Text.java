package io.thingstead.model.topic;

import io.thingstead.model.Limits;

/** What topic names and filters have in common. */
final class Text {
  private static final int MQTT_STRING_BYTES = 65_535;

  /**
   * In every profile, as what matches and stores topics goes down a level at a time. No standard
   * sets it; others allow 200.
   */
  private static final int SLASHES_MAX = 1_000;

  private static final int SHOWN_CHARS = 80;

  private Text() {}

  static void check(String kind, String text) {
    if (text.isEmpty()) {
      throw new InvalidTopicException("an empty " + kind + " is not allowed");
    }
    int nul = text.indexOf('\0');
    if (nul >= 0) {
      throw new InvalidTopicException(kind + " has the character U+0000 at position " + nul);
    }
    if (text.length() * 3 > MQTT_STRING_BYTES && utf8Bytes(text) > MQTT_STRING_BYTES) {
      throw new InvalidTopicException(kind + " is longer than " + MQTT_STRING_BYTES + " bytes");
    }
    if (text.length() > SLASHES_MAX && slashes(text) > SLASHES_MAX) {
      throw new InvalidTopicException(kind + " has more than " + SLASHES_MAX + " slashes");
    }
  }

  static void checkLimits(String kind, String text, Limits.Topics limits) {
    int bytes = utf8Bytes(text);
    if (bytes > limits.bytes()) {
      throw new InvalidTopicException(
          "topics.bytes",
          "%s '%s' has %d bytes, more than %d".formatted(kind, shown(text), bytes, limits.bytes()));
    }
    int slashes = slashes(text);
    if (slashes > limits.slashes()) {
      throw new InvalidTopicException(
          "topics.slashes",
          "%s '%s' has %d slashes, more than %d"
              .formatted(kind, shown(text), slashes, limits.slashes()));
    }
  }

  /** The text, or its beginning, for a message. */
  static String shown(String text) {
    if (text.length() <= SHOWN_CHARS) {
      return text;
    }
    int end =
        Character.isHighSurrogate(text.charAt(SHOWN_CHARS - 1)) ? SHOWN_CHARS - 1 : SHOWN_CHARS;
    return text.substring(0, end) + "…";
  }

  private static int slashes(String text) {
    int count = 0;
    for (int at = text.indexOf('/'); at >= 0; at = text.indexOf('/', at + 1)) {
      count++;
    }
    return count;
  }

  private static int utf8Bytes(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // A surrogate is half of a four-byte character.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }
}
