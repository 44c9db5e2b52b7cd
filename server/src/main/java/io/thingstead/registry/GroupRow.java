package io.thingstead.registry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A thing group as it is kept, under its name. */
record GroupRow(
    String id,
    @Nullable String parent,
    @Nullable String description,
    Map<String, String> attributes,
    long version,
    long createdMillis) {
  GroupProperties properties() {
    return new GroupProperties(description, attributes);
  }

  static GroupRow of(
      String id,
      @Nullable String parent,
      GroupProperties properties,
      long version,
      long createdMillis) {
    return new GroupRow(
        id, parent, properties.description(), properties.attributes(), version, createdMillis);
  }
}
