package io.thingstead.model.sql;

import java.util.Arrays;

/**
 * Recognizes JSON objects that are written as {@link JsonWriter} would write them, so that {@code
 * SELECT *} can hand the bytes on: no white space, no escapes, ASCII only, integers of up to 18
 * digits, no name twice. It may say no where the answer is yes, never the other way round.
 */
final class Minified {
  private static final int DEPTH_MAX = 8;
  private static final int MEMBERS_MAX = 32;
  private static final int DIGITS_MAX = 18;
  private static final int NO = -1;
  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};

  private final byte[] json;

  private Minified(byte[] json) {
    this.json = json;
  }

  static boolean isObject(byte[] json) {
    return json.length > 0
        && json.length <= Limits.OUTPUT_MAX
        && json[0] == '{'
        && new Minified(json).object(0, DEPTH_MAX) == json.length;
  }

  // Each of these gives the index behind what begins at an index, or NO.

  private int value(int at, int depth) {
    if (at >= json.length) {
      return NO;
    }
    return switch (json[at]) {
      case '"' -> string(at);
      case '{' -> depth == 0 ? NO : object(at, depth);
      case '[' -> depth == 0 ? NO : array(at, depth);
      case 't' -> literal(at, TRUE);
      case 'f' -> literal(at, FALSE);
      case 'n' -> literal(at, NULL);
      default -> integer(at);
    };
  }

  private int object(int start, int depth) {
    if (is(start + 1, '}')) {
      return start + 2;
    }
    int[] names = new int[8];
    int count = 0;
    int at = start + 1;
    while (true) {
      int end = is(at, '"') ? string(at) : NO;
      if (end == NO || !is(end, ':') || count == MEMBERS_MAX || known(names, count, at, end)) {
        return NO;
      }
      if (2 * count == names.length) {
        names = Arrays.copyOf(names, 2 * names.length);
      }
      names[2 * count] = at;
      names[2 * count + 1] = end;
      count++;
      at = value(end + 1, depth - 1);
      if (is(at, '}')) {
        return at + 1;
      }
      if (!is(at, ',')) {
        return NO;
      }
      at++;
    }
  }

  private boolean known(int[] names, int count, int from, int to) {
    for (int i = 0; i < count; i++) {
      if (Arrays.equals(json, names[2 * i], names[2 * i + 1], json, from, to)) {
        return true;
      }
    }
    return false;
  }

  private int array(int start, int depth) {
    if (is(start + 1, ']')) {
      return start + 2;
    }
    int at = start;
    do {
      at = value(at + 1, depth - 1);
    } while (is(at, ','));
    return is(at, ']') ? at + 1 : NO;
  }

  private int string(int start) {
    for (int at = start + 1; at < json.length; at++) {
      byte b = json[at];
      if (b == '"') {
        return at + 1;
      }
      // Bytes beyond ASCII are negative.
      if (b < ' ' || b == '\\') {
        return NO;
      }
    }
    return NO;
  }

  private int literal(int at, byte[] text) {
    int end = at + text.length;
    return end <= json.length && Arrays.equals(json, at, end, text, 0, text.length) ? end : NO;
  }

  private int integer(int start) {
    int first = is(start, '-') ? start + 1 : start;
    int at = first;
    while (at < json.length && json[at] >= '0' && json[at] <= '9') {
      at++;
    }
    int digits = at - first;
    boolean zero = is(first, '0');
    // No number, too long, a leading zero, -0, or the whole part of a decimal.
    if (digits == 0
        || digits > DIGITS_MAX
        || (zero && (digits > 1 || first > start))
        || is(at, '.')
        || is(at, 'e')
        || is(at, 'E')) {
      return NO;
    }
    return at;
  }

  private boolean is(int at, char wanted) {
    return at >= 0 && at < json.length && json[at] == wanted;
  }
}
