package io.thingstead.person;

import java.util.Map;

/**
 * A stored managed policy.
 *
 * @param description empty for none
 */
record ManagedRow(
    String id,
    String path,
    String description,
    long createdMillis,
    long updatedMillis,
    long defaultVersion,
    long lastVersion,
    Map<String, String> tags) {
  ManagedRow {
    tags = Map.copyOf(tags);
  }

  ManagedRow with(long newDefault, long newLast, long now) {
    return new ManagedRow(id, path, description, createdMillis, now, newDefault, newLast, tags);
  }
}
