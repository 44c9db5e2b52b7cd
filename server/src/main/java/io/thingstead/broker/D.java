package io.thingstead.broker;

final class D {
  static String want = "";
  static int step;

  static void log(String text, String what) {
    if (!want.isEmpty() && text.startsWith(want))
      System.err.println(
          "DBG " + step + " " + text.substring(0, Math.min(20, text.length())) + " " + what);
  }

  static void all(String what) {
    if (!want.isEmpty()) System.err.println("DBG " + step + " " + what);
  }
}
