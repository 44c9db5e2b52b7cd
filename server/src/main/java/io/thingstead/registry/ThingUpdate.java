package io.thingstead.registry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What UpdateThing changes.
 *
 * @param typeName the new type, or null to leave it
 * @param removeType drops the type; not together with {@code typeName}
 * @param attributes new attributes, or null to leave them
 * @param merge {@code attributes} go over the existing ones instead of replacing them all
 * @param expectedVersion refuse the update unless the thing has this version; null for any
 */
public record ThingUpdate(
    @Nullable String typeName,
    boolean removeType,
    @Nullable Map<String, String> attributes,
    boolean merge,
    @Nullable Long expectedVersion) {}
