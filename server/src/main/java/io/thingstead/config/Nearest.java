package io.thingstead.config;

import java.util.Comparator;
import java.util.List;

/** Finds what somebody who mistyped a name may have meant. */
final class Nearest {
  private Nearest() {}

  /** The candidate that takes the fewest typed letters to reach. */
  static String to(String typed, List<String> candidates) {
    return candidates.stream()
        .min(Comparator.comparingInt(each -> distance(typed, each)))
        .orElseThrow();
  }

  /** Levenshtein's distance: insertions, deletions and replacements of one letter. */
  static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
