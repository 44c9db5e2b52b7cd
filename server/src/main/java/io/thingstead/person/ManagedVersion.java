package io.thingstead.person;

import java.time.Instant;

/**
 * A version of a managed policy.
 *
 * @param id such as {@code v1}
 */
public record ManagedVersion(String id, boolean isDefault, String document, Instant created) {}
