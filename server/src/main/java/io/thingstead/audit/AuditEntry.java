package io.thingstead.audit;

import java.time.Instant;

/**
 * A deed as it was written down.
 *
 * @param number counts those of its kind from 1
 */
public record AuditEntry(long number, Instant at, Deed deed) {}
