package io.thingstead.person;

import java.time.Instant;
import java.util.Map;

/**
 * A user.
 *
 * @param id unique for ever
 * @param path begins and ends with a slash
 */
public record User(
    String name, String id, String arn, String path, Instant created, Map<String, String> tags) {
  public User {
    tags = Map.copyOf(tags);
  }

  Owner owner() {
    return new Owner(Owner.Kind.USER, name, id, arn);
  }
}
