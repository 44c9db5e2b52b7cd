package io.thingstead.event;

import java.util.regex.Pattern;

/** Text of strangers in our log lines. */
final class Words {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.,:/@%+=#$*-]+");
  // A shell would expand these outside of quotes; a comment only begins at the start of a word.
  private static final Pattern EXPANDED = Pattern.compile("[$*]|^#");

  private Words() {}

  /** As one shell word: in single quotes where the shell would read more into it. */
  static String quoted(String text) {
    return PLAIN.matcher(text).matches() && !EXPANDED.matcher(text).find()
        ? text
        : "'" + text.replace("'", "'\\''") + "'";
  }

  /** On one line: control characters and line separators are written out, so none forges a line. */
  static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
            line.append(String.format("\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    return line.toString();
  }
}
