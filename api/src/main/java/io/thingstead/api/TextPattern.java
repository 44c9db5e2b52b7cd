package io.thingstead.api;

import java.util.regex.Pattern;

/**
 * A regular expression of a model.
 *
 * @param text as the model has it, for messages
 * @param whole the text must match as a whole, not only somewhere
 */
public record TextPattern(String text, boolean whole, Pattern compiled) {
  /** Reads of a character per match; a pattern that needs more is running away. */
  private static final int STEPS_MAX = 1_000_000;

  /** The pattern of an old-style (C2J) model, which always means the whole text. */
  public static TextPattern whole(String text) {
    return new TextPattern(text, true, Pattern.compile(text));
  }

  /** The pattern of a Smithy model, which is anchored only where it says so. */
  public static TextPattern anywhere(String text) {
    return new TextPattern(text, false, Pattern.compile(text));
  }

  /**
   * Whether the text satisfies the pattern. A text that makes the matcher run away or recurse too
   * deep does not: callers choose the text, and no sane one gets there.
   */
  boolean accepts(String value) {
    try {
      var matcher = compiled.matcher(new Counted(value, new int[] {STEPS_MAX}));
      return whole ? matcher.matches() : matcher.find();
    } catch (StackOverflowError | Runaway _) {
      return false;
    }
  }

  private static final class Runaway extends RuntimeException {
    private Runaway() {
      super(null, null, false, false);
    }
  }

  private record Counted(CharSequence text, int[] stepsLeft) implements CharSequence {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (--stepsLeft[0] < 0) {
        throw new Runaway();
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), stepsLeft);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
