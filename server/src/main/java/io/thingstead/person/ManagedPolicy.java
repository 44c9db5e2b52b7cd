package io.thingstead.person;

import java.time.Instant;
import java.util.Map;

/**
 * A managed policy.
 *
 * @param defaultVersion such as {@code v1}
 * @param attachments to how many users and roles it is attached
 * @param description empty for none
 */
public record ManagedPolicy(
    String name,
    String id,
    String arn,
    String path,
    String defaultVersion,
    int attachments,
    String description,
    Instant created,
    Instant updated,
    Map<String, String> tags) {
  public ManagedPolicy {
    tags = Map.copyOf(tags);
  }
}
