package io.thingstead.identity;

import java.time.Instant;

/** One CA of ListCACertificates. */
public record ListedCaCertificate(
    String certificateArn, String certificateId, CaStatus status, Instant creationDate) {}
