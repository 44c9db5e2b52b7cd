package io.thingstead.registry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What UpdateThingGroup changes.
 *
 * @param description the new one, or null to leave it
 * @param attributes new attributes, or null to leave them
 * @param merge {@code attributes} go over the existing ones instead of replacing them all
 * @param expectedVersion refuse the update unless the group has this version; null for any
 */
public record GroupUpdate(
    @Nullable String description,
    @Nullable Map<String, String> attributes,
    boolean merge,
    @Nullable Long expectedVersion) {
  GroupProperties over(GroupProperties old) {
    Map<String, String> given = attributes;
    Map<String, String> now =
        given == null
            ? old.attributes()
            : merge ? Attributes.merge(old.attributes(), given) : Attributes.parse(given);
    return new GroupProperties(description == null ? old.description() : description, now);
  }
}
