package io.thingstead.person;

import java.util.Map;

/**
 * A stored role.
 *
 * @param trust the document that says who may assume it
 * @param description empty for none
 */
record RoleRow(
    String id,
    String path,
    long createdMillis,
    String trust,
    String description,
    int sessionSecondsMax,
    Map<String, String> tags) {
  RoleRow {
    tags = Map.copyOf(tags);
  }

  RoleRow trusting(String newTrust) {
    return new RoleRow(id, path, createdMillis, newTrust, description, sessionSecondsMax, tags);
  }

  RoleRow described(String newDescription, int newSessionSecondsMax) {
    return new RoleRow(id, path, createdMillis, trust, newDescription, newSessionSecondsMax, tags);
  }

  RoleRow tagged(Map<String, String> newTags) {
    return new RoleRow(id, path, createdMillis, trust, description, sessionSecondsMax, newTags);
  }
}
