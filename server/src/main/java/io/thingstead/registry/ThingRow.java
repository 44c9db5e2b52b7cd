package io.thingstead.registry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A thing as it is kept, under its name. */
record ThingRow(
    String id,
    @Nullable String typeName,
    Map<String, String> attributes,
    long version,
    long createdMillis) {}
