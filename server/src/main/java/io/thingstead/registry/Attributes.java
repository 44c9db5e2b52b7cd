package io.thingstead.registry;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The rules of a thing's attributes (AWS IoT quotas, "Thing registry"). The quota of 47 KB for all
 * of them cannot be reached within the others.
 */
final class Attributes {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.,@/:#-]{1,128}");
  private static final Pattern VALUE = Pattern.compile("[a-zA-Z0-9_.,@/:#-]{0,800}");
  private static final int MAX_WITH_TYPE = 50;
  private static final int MAX_WITHOUT_TYPE = 3;

  private Attributes() {}

  /** What is kept of attributes given: each well formed, those with an empty value left out. */
  static SortedMap<String, String> parse(Map<String, String> given) {
    return merge(Map.of(), given);
  }

  /** {@code given} over {@code existing}; an empty value removes the attribute. */
  static SortedMap<String, String> merge(Map<String, String> existing, Map<String, String> given) {
    SortedMap<String, String> merged = new TreeMap<>(existing);
    given.forEach(
        (name, value) -> {
          check(name, value);
          if (value.isEmpty()) {
            merged.remove(name);
          } else {
            merged.put(name, value);
          }
        });
    return merged;
  }

  private static void check(String name, String value) {
    if (!NAME.matcher(name).matches()) {
      throw invalid(
          "attribute name '" + name + "' is not valid: 1 to 128 of a-z, A-Z, 0-9 and _.,@/:#-");
    }
    if (!VALUE.matcher(value).matches()) {
      throw invalid(
          "the value of attribute '"
              + name
              + "' is not valid: at most 800 of a-z, A-Z, 0-9 and _.,@/:#-");
    }
  }

  /** Refuses more than a thing may have, which depends on whether it has a type. */
  static void checkTotal(Map<String, String> attributes, boolean typed) {
    int max = typed ? MAX_WITH_TYPE : MAX_WITHOUT_TYPE;
    if (attributes.size() > max) {
      throw invalid(
          "%d attributes are too many: a thing %s a thing type has at most %d"
              .formatted(attributes.size(), typed ? "with" : "without", max));
    }
  }

  private static ApiException invalid(String message) {
    return new ApiException(AwsError.INVALID_REQUEST, message);
  }
}
