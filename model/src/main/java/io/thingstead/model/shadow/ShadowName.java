package io.thingstead.model.shadow;

import java.util.regex.Pattern;

/**
 * Which shadow of which thing. Holding one proves that both names are well formed; the thing need
 * not be registered.
 *
 * @param thing 1 to 128 of {@code [a-zA-Z0-9:_-]}
 * @param shadow 1 to 64 of {@code [$a-zA-Z0-9:_-]}, or empty for the classic, unnamed shadow
 */
public record ShadowName(String thing, String shadow) {
  private static final Pattern THING = Pattern.compile("[a-zA-Z0-9:_-]{1,128}");
  private static final Pattern SHADOW = Pattern.compile("[$a-zA-Z0-9:_-]{0,64}");

  /**
   * @throws ShadowException 404 when no thing or no shadow can have such a name
   */
  public ShadowName {
    if (!THING.matcher(thing).matches()) {
      throw new ShadowException(ShadowError.THING_NOT_FOUND, null);
    }
    if (!SHADOW.matcher(shadow).matches()) {
      throw ShadowException.notFound(shadow, null);
    }
  }

  /** The classic shadow of a thing. */
  public static ShadowName classic(String thing) {
    return new ShadowName(thing, "");
  }

  public boolean isClassic() {
    return shadow.isEmpty();
  }

  /** {@code $aws/things/THING/shadow} or {@code $aws/things/THING/shadow/name/SHADOW}. */
  public String topicPrefix() {
    String classic = "$aws/things/" + thing + "/shadow";
    return isClassic() ? classic : classic + "/name/" + shadow;
  }
}
