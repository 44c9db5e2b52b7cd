package io.thingstead.model.shadow;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The merge of a request into a state, and of its time into the metadata. Objects merge, everything
 * else replaces, null removes, and an object left empty disappears. Arguments are never changed;
 * results share what did not change with them.
 */
final class Merge {
  private static final ObjectNode EMPTY = Json.object();

  private Merge() {}

  static ObjectNode state(ObjectNode current, ObjectNode requested) {
    ObjectNode merged = Json.object().setAll(current);
    for (Map.Entry<String, JsonNode> entry : requested.properties()) {
      String key = entry.getKey();
      put(merged, key, value(current.get(key), entry.getValue()));
    }
    return merged;
  }

  private static @Nullable JsonNode value(@Nullable JsonNode current, JsonNode requested) {
    return switch (requested) {
      case NullNode _ -> null;
      case ObjectNode object ->
          unlessEmpty(state(current instanceof ObjectNode below ? below : EMPTY, object));
      default -> requested;
    };
  }

  /**
   * The metadata after the merge. The state before it is needed to tell an attribute named {@code
   * timestamp} from the time of a leaf.
   */
  static ObjectNode metadata(
      ObjectNode state, ObjectNode metadata, ObjectNode requested, long timestamp) {
    ObjectNode merged = Json.object().setAll(metadata);
    for (Map.Entry<String, JsonNode> entry : requested.properties()) {
      String key = entry.getKey();
      put(merged, key, times(state.get(key), metadata.get(key), entry.getValue(), timestamp));
    }
    return merged;
  }

  /** The metadata of a request alone: its leaves, without what it removes. */
  static ObjectNode times(ObjectNode requested, long timestamp) {
    return metadata(EMPTY, EMPTY, requested, timestamp);
  }

  private static @Nullable JsonNode times(
      @Nullable JsonNode state, @Nullable JsonNode metadata, JsonNode requested, long timestamp) {
    return switch (requested) {
      case NullNode _ -> null;
      case ObjectNode object ->
          unlessEmpty(
              state instanceof ObjectNode below && metadata instanceof ObjectNode times
                  ? metadata(below, times, object, timestamp)
                  : times(object, timestamp));
      case ArrayNode array -> {
        ArrayNode each = array.arrayNode(array.size());
        array.forEach(_ -> each.add(time(timestamp)));
        yield each;
      }
      default -> time(timestamp);
    };
  }

  private static ObjectNode time(long timestamp) {
    return Json.object().put("timestamp", timestamp);
  }

  private static @Nullable JsonNode unlessEmpty(ObjectNode object) {
    return object.isEmpty() ? null : object;
  }

  private static void put(ObjectNode object, String key, @Nullable JsonNode value) {
    if (value == null) {
      object.remove(key);
    } else {
      object.set(key, value);
    }
  }
}
