package io.thingstead.registry;

import io.thingstead.registry.TypeProperties.Propagation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A thing type as it is kept, under its name.
 *
 * @param propagations absent in rows that are older than it
 */
record ThingTypeRow(
    String id,
    @Nullable String description,
    List<String> searchableAttributes,
    @Nullable List<Propagation> propagations,
    long createdMillis,
    @Nullable Long deprecatedMillis) {
  TypeProperties properties() {
    List<Propagation> kept = propagations;
    return new TypeProperties(description, searchableAttributes, kept == null ? List.of() : kept);
  }

  static ThingTypeRow of(
      String id, TypeProperties properties, long createdMillis, @Nullable Long deprecatedMillis) {
    return new ThingTypeRow(
        id,
        properties.description(),
        properties.searchableAttributes(),
        properties.propagations(),
        createdMillis,
        deprecatedMillis);
  }
}
