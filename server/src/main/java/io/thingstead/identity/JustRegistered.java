package io.thingstead.identity;

import java.time.Instant;

/**
 * A certificate that waits for its activation showed itself: what a just-in-time registration tells
 * of.
 *
 * @param at when it was shown
 * @param registeredAt when it was shown for the first time
 */
public record JustRegistered(
    String certificateId, String caCertificateId, Instant at, Instant registeredAt) {}
