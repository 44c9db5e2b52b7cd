package io.thingstead.model;

import java.util.regex.Pattern;

/**
 * The name of a policy.
 *
 * @param text 1 to 128 of {@code [\w+=,.@-]}
 */
public record PolicyName(String text) {
  private static final Pattern ALLOWED = Pattern.compile("[\\w+=,.@-]+");

  /**
   * @throws ApiException InvalidRequest if it is no such name
   */
  public PolicyName {
    Name.check("policy name", text, ALLOWED);
  }

  @Override
  public String toString() {
    return text;
  }
}
