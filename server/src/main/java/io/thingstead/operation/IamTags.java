package io.thingstead.operation;

import io.thingstead.api.iam.Tag;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tags of users, roles and policies, between the wire and features. */
final class IamTags {
  private IamTags() {}

  static Map<String, String> parse(@Nullable List<Tag> given) {
    Map<String, String> tags = new LinkedHashMap<>();
    for (Tag tag : given == null ? List.<Tag>of() : given) {
      if (tags.put(tag.key(), tag.value()) != null) {
        throw new ApiException(
            AwsError.INVALID_INPUT,
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
      }
    }
    return tags;
  }

  /** In the order of keys. */
  static List<Tag> list(Map<String, String> tags) {
    return new TreeMap<>(tags)
        .entrySet().stream().map(tag -> new Tag(tag.getKey(), tag.getValue())).toList();
  }

  /** Tags as an answer shows them beside other things: left out when there are none. */
  static @Nullable List<Tag> shown(Map<String, String> tags) {
    return tags.isEmpty() ? null : list(tags);
  }
}
