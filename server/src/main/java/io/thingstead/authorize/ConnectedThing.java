package io.thingstead.authorize;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The thing that a connection speaks for, as policy variables see it.
 *
 * @param typeName null without a type
 */
public record ConnectedThing(
    String name, @Nullable String typeName, Map<String, String> attributes) {
  public ConnectedThing {
    attributes = Map.copyOf(attributes);
  }
}
