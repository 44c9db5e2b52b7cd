package io.thingstead.registry;

import java.time.Instant;
import java.util.List;

/**
 * A static thing group.
 *
 * @param arn {@code arn:aws:iot:REGION:ACCOUNT:thinggroup/NAME}
 * @param id a UUID
 * @param version from 1, one more on each update
 * @param ancestors the root of its hierarchy first, its parent last; empty for a root
 */
public record ThingGroup(
    String name,
    String arn,
    String id,
    GroupProperties properties,
    long version,
    List<Named> ancestors,
    Instant createdAt) {
  public ThingGroup {
    ancestors = List.copyOf(ancestors);
  }

  /** A group by name and ARN. */
  public record Named(String name, String arn) {}
}
