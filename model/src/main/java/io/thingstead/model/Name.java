package io.thingstead.model;

import java.util.regex.Pattern;

/** How names of resources are checked. */
final class Name {
  private static final int CHARS = 128;

  private Name() {}

  static void check(String kind, String text, Pattern allowed) {
    if (text.isEmpty() || text.length() > CHARS) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "a %s has 1 to %d characters, not %d".formatted(kind, CHARS, text.length()));
    }
    if (!allowed.matcher(text).matches()) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "the %s '%s' does not match %s".formatted(kind, text, allowed.pattern()));
    }
  }
}
