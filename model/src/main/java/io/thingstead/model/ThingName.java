package io.thingstead.model;

import java.util.regex.Pattern;

/**
 * The name of a thing.
 *
 * @param text 1 to 128 of {@code [a-zA-Z0-9:_-]}
 */
public record ThingName(String text) {
  private static final Pattern ALLOWED = Pattern.compile("[a-zA-Z0-9:_-]+");

  /**
   * @throws ApiException InvalidRequest if it is no such name
   */
  public ThingName {
    Name.check("thing name", text, ALLOWED);
  }

  @Override
  public String toString() {
    return text;
  }
}
