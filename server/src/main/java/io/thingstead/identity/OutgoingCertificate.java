package io.thingstead.identity;

import java.time.Instant;

/** A certificate that another account has been offered. */
public record OutgoingCertificate(
    String certificateArn, String certificateId, Instant createdAt, CertificateTransfer transfer) {}
