package io.thingstead.registry;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import org.jspecify.annotations.Nullable;

/**
 * Which things a listing shows; null means any.
 *
 * @param attributeName together with {@code attributeValue} or not at all
 * @param prefix the value only has to begin with {@code attributeValue}
 */
public record ThingFilter(
    @Nullable String attributeName,
    @Nullable String attributeValue,
    boolean prefix,
    @Nullable String typeName) {
  public static final ThingFilter ALL = new ThingFilter(null, null, false, null);

  public ThingFilter {
    if ((attributeName == null) != (attributeValue == null)) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "attributeName and attributeValue go together: give both");
    }
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
