package io.thingstead.authorize;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The thing that a connection speaks for, as policy variables see it.
 *
 * @param typeName null without a type
 * @param exclusive whether the principal belongs to this thing alone
 */
public record ConnectedThing(
    String name, @Nullable String typeName, Map<String, String> attributes, boolean exclusive) {
  public ConnectedThing {
    attributes = Map.copyOf(attributes);
  }
}
