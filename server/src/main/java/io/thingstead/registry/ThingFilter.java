package io.thingstead.registry;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which things a listing shows; null means any.
 *
 * @param attributeName together with {@code attributeValue} or not at all
 * @param prefix the value only has to begin with {@code attributeValue}
 * @param namePart is somewhere in the name, in capitals or not
 */
public record ThingFilter(
    @Nullable String attributeName,
    @Nullable String attributeValue,
    boolean prefix,
    @Nullable String typeName,
    @Nullable String namePart) {
  public static final ThingFilter ALL = new ThingFilter(null, null, false, null, null);

  public ThingFilter {
    if ((attributeName == null) != (attributeValue == null)) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "attributeName and attributeValue go together: give both");
    }
  }

  /** Decides by the name alone, before the thing is read. */
  boolean accepts(String name) {
    return namePart == null
        || name.toLowerCase(Locale.ROOT).contains(namePart.toLowerCase(Locale.ROOT));
  }

  boolean accepts(ThingRow thing) {
    if (attributeName == null || attributeValue == null) {
      return true;
    }
    String value = thing.attributes().get(attributeName);
    return value != null
        && (prefix ? value.startsWith(attributeValue) : value.equals(attributeValue));
  }
}
