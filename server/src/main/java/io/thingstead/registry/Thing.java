package io.thingstead.registry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A registered thing.
 *
 * @param name also its default client id
 * @param arn {@code arn:aws:iot:REGION:ACCOUNT:thing/NAME}
 * @param id a UUID, different when a thing of the same name is made again
 * @param version from 1, one more on each update
 */
public record Thing(
    String name,
    String arn,
    String id,
    @Nullable String typeName,
    Map<String, String> attributes,
    long version) {
  public Thing {
    attributes = Map.copyOf(attributes);
  }
}
