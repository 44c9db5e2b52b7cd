package io.thingstead.model.shadow;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is desired and not reported so. */
final class Delta {
  private Delta() {}

  /**
   * The desired leaves that are absent from {@code reported} or differ there; arrays are leaves.
   */
  static ObjectNode of(ObjectNode desired, @Nullable JsonNode reported) {
    ObjectNode delta = Json.object();
    for (Map.Entry<String, JsonNode> entry : desired.properties()) {
      JsonNode other = reported instanceof ObjectNode object ? object.get(entry.getKey()) : null;
      if (entry.getValue() instanceof ObjectNode deeper) {
        ObjectNode below = of(deeper, other);
        if (!below.isEmpty()) {
          delta.set(entry.getKey(), below);
        }
      } else if (other == null || !Json.same(entry.getValue(), other)) {
        delta.set(entry.getKey(), entry.getValue());
      }
    }
    return delta;
  }

  /** The part of the desired metadata that belongs to the leaves of {@code delta}. */
  static ObjectNode metadata(ObjectNode delta, ObjectNode desiredMetadata) {
    ObjectNode picked = Json.object();
    for (Map.Entry<String, JsonNode> entry : delta.properties()) {
      JsonNode times = desiredMetadata.get(entry.getKey());
      boolean deeper = entry.getValue().isObject();
      picked.set(
          entry.getKey(),
          deeper ? metadata((ObjectNode) entry.getValue(), (ObjectNode) times) : times);
    }
    return picked;
  }
}
