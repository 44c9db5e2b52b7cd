package io.thingstead.registry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A thing type as it is kept, under its name. */
record ThingTypeRow(
    String id,
    @Nullable String description,
    List<String> searchableAttributes,
    long createdMillis,
    @Nullable Long deprecatedMillis) {}
