package io.thingstead.registry;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a thing group.
 *
 * @param attributes as those of things, at most 50
 */
public record GroupProperties(@Nullable String description, Map<String, String> attributes) {
  public static final GroupProperties NONE = new GroupProperties(null, Map.of());

  private static final int DESCRIPTION_MAX = 2028;
  private static final int ATTRIBUTES_MAX = 50;

  /** Refuses with 400 what breaks a quota. */
  public GroupProperties {
    if (description != null && description.length() > DESCRIPTION_MAX) {
      throw invalid("thingGroupDescription has more than " + DESCRIPTION_MAX + " characters");
    }
    if (attributes.size() > ATTRIBUTES_MAX) {
      throw invalid(
          attributes.size()
              + " attributes are too many: a thing group has at most "
              + ATTRIBUTES_MAX);
    }
    attributes = Map.copyOf(attributes);
  }

  /** As a caller gives them, the attributes checked and those with an empty value left out. */
  public static GroupProperties of(@Nullable String description, Map<String, String> attributes) {
    return new GroupProperties(description, Attributes.parse(attributes));
  }

  private static ApiException invalid(String message) {
    return new ApiException(AwsError.INVALID_REQUEST, message);
  }
}
