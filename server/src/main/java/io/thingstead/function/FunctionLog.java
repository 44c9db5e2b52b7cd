package io.thingstead.function;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The last lines that a function's processes have written, in memory. Any thread may use it; what
 * is too much is forgotten, oldest first.
 */
public final class FunctionLog {
  private static final int BYTES_MAX = 256 * 1024;

  private final Deque<Line> lines = new ArrayDeque<>();
  private int bytes;
  private long numbers;

  /**
   * One line.
   *
   * @param number counts from 1, so that a reader can go on where it was
   * @param millis epoch milliseconds at which it was read
   */
  public record Line(long number, long millis, String text) {}

  synchronized void add(long millis, String text) {
    lines.add(new Line(++numbers, millis, text));
    bytes += size(text);
    while (bytes > BYTES_MAX) {
      bytes -= size(lines.remove().text());
    }
  }

  private static int size(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length + Long.BYTES * 4;
  }

  /** The lines behind a number that are still known, oldest first. */
  public synchronized List<Line> since(long number) {
    List<Line> found = new ArrayList<>();
    for (Line each : lines) {
      if (each.number() > number) {
        found.add(each);
      }
    }
    return found;
  }
}
