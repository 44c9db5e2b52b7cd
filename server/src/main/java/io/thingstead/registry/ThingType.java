package io.thingstead.registry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A thing type.
 *
 * @param arn {@code arn:aws:iot:REGION:ACCOUNT:thingtype/NAME}
 * @param id a UUID
 * @param deprecatedAt null while things may take it
 */
public record ThingType(
    String name,
    String arn,
    String id,
    TypeProperties properties,
    Instant createdAt,
    @Nullable Instant deprecatedAt) {}
