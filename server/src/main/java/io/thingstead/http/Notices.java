package io.thingstead.http;

import java.util.ArrayList;
import java.util.List;

/**
 * What a caller should know although its call succeeds: told in a header {@code
 * x-thingstead-warning} each. Only the call's own thread uses it.
 */
public final class Notices {
  static final String HEADER = "x-thingstead-warning";

  private static final int MAX = 16;
  private static final int CHARS_MAX = 512;

  private final List<String> told = new ArrayList<>();

  /** Tells one more; beyond sixteen, nothing. */
  public void add(String notice) {
    if (told.size() < MAX) {
      told.add(headerText(notice));
    }
  }

  /** Callers' words are in it, and a header has ASCII of one line only. */
  private static String headerText(String notice) {
    String plain = notice.replace("…", "...").replaceAll("[^ -~]", "?");
    return plain.length() <= CHARS_MAX ? plain : plain.substring(0, CHARS_MAX - 3) + "...";
  }

  List<String> all() {
    return told;
  }
}
