package io.thingstead.api;

import java.util.regex.Pattern;

/**
 * A regular expression of a model.
 *
 * @param text as the model has it, for messages
 * @param whole the text must match as a whole, not only somewhere
 */
public record TextPattern(String text, boolean whole, Pattern compiled) {
  /** The pattern of an old-style (C2J) model, which always means the whole text. */
  public static TextPattern whole(String text) {
    return new TextPattern(text, true, Pattern.compile(text));
  }

  /** The pattern of a Smithy model, which is anchored only where it says so. */
  public static TextPattern anywhere(String text) {
    return new TextPattern(text, false, Pattern.compile(text));
  }

  boolean accepts(String value) {
    try {
      var matcher = compiled.matcher(value);
      return whole ? matcher.matches() : matcher.find();
    } catch (StackOverflowError tooDeep) {
      // Alternations repeat by recursion in java.util.regex; no sane value gets here.
      return false;
    }
  }
}
