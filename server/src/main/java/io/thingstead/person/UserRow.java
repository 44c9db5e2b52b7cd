package io.thingstead.person;

import java.util.Map;

/** A stored user. */
record UserRow(String id, String path, long createdMillis, Map<String, String> tags) {
  UserRow {
    tags = Map.copyOf(tags);
  }

  UserRow at(String newPath) {
    return new UserRow(id, newPath, createdMillis, tags);
  }

  UserRow tagged(Map<String, String> newTags) {
    return new UserRow(id, path, createdMillis, newTags);
  }
}
