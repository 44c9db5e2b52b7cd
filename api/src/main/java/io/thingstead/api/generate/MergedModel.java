package io.thingstead.api.generate;

import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A C2J model with its overlay of newer or corrected facts, less what only people or clients read.
 *
 * @param packageName last part of the Java package
 * @param className of the service class
 * @param facts the line of the service in its table
 * @param typed the operations that get a constant and records, which the others do without: they
 *     are routed and answer 501
 */
record MergedModel(
    String name,
    String packageName,
    String className,
    ObjectNode facts,
    JsonNode operations,
    JsonNode shapes,
    ObjectNode typed) {
  private static final Set<String> DROPPED =
      Set.of(
          "documentation",
          "documentationUrl",
          "deprecated",
          "deprecatedMessage",
          "deprecatedSince");

  /** What the protocol needs to know. */
  private static final List<String> WIRE =
      List.of("protocol", "jsonVersion", "targetPrefix", "apiVersion", "xmlNamespace");

  static MergedModel of(ObjectNode overlay, JsonNode model) {
    ObjectNode merged = (ObjectNode) model.deepCopy();
    merge(merged, "operations", overlay.path("operations"));
    merge(merged, "shapes", overlay.path("shapes"));
    strip(merged.path("operations"), 1);
    strip(merged.path("shapes"), 1);
    ObjectNode facts = (ObjectNode) overlay.path("facts").deepCopy();
    WIRE.forEach(
        fact -> {
          JsonNode value = model.path("metadata").path(fact);
          if (value.isString()) {
            facts.set(fact, value);
          }
        });
    return new MergedModel(
        overlay.path("name").asString(),
        overlay.path("package").asString(),
        overlay.path("class").asString(),
        facts,
        merged.path("operations"),
        merged.path("shapes"),
        typed(overlay.path("typed"), merged.path("operations")));
  }

  // All of them when the overlay does not say which.
  private static ObjectNode typed(JsonNode names, JsonNode operations) {
    if (names.isMissingNode()) {
      return (ObjectNode) operations;
    }
    ObjectNode typed = ((ObjectNode) operations).objectNode();
    for (JsonNode name : names) {
      JsonNode operation = operations.path(name.asString());
      if (operation.isMissingNode()) {
        throw new IllegalArgumentException("the model has no operation " + name.asString());
      }
      typed.set(name.asString(), operation);
    }
    return typed;
  }

  // JSON merge patch (RFC 7396).
  private static void merge(ObjectNode into, String name, JsonNode patch) {
    if (patch.isMissingNode()) {
      return;
    }
    if (patch.isNull()) {
      into.remove(name);
    } else if (patch instanceof ObjectNode object) {
      ObjectNode target =
          into.get(name) instanceof ObjectNode present ? present : into.putObject(name);
      object.properties().forEach(entry -> merge(target, entry.getKey(), entry.getValue()));
    } else {
      into.set(name, patch);
    }
  }

  // A member may be called "documentation" itself: such a name is one level below "members".
  private static void strip(JsonNode node, int names) {
    if (node instanceof ObjectNode object) {
      if (names == 0) {
        object.remove(List.copyOf(DROPPED));
      }
      object
          .properties()
          .forEach(
              entry ->
                  strip(entry.getValue(), names == 0 && entry.getKey().equals("members") ? 1 : 0));
    }
  }
}
