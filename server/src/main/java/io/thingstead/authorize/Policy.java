package io.thingstead.authorize;

import java.time.Instant;

/**
 * A policy of an account.
 *
 * @param defaultVersionId the version in force
 * @param document that version's, as it was written
 * @param generationId names this policy: one deleted and made again gets another
 */
public record Policy(
    String name,
    String arn,
    String defaultVersionId,
    String document,
    Instant created,
    Instant modified,
    String generationId) {}
