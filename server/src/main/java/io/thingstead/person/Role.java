package io.thingstead.person;

import java.time.Instant;
import java.util.Map;

/**
 * A role.
 *
 * @param id unique for ever
 * @param path begins and ends with a slash
 * @param trust the document that says who may assume it
 * @param description empty for none
 * @param sessionSecondsMax how long its sessions may last
 */
public record Role(
    String name,
    String id,
    String arn,
    String path,
    Instant created,
    String trust,
    String description,
    int sessionSecondsMax,
    Map<String, String> tags) {
  public Role {
    tags = Map.copyOf(tags);
  }

  Owner owner() {
    return new Owner(Owner.Kind.ROLE, name, id, arn);
  }
}
