package io.thingstead.identity;

import java.time.Instant;

/** One certificate of ListCertificates. */
public record ListedCertificate(
    String certificateArn,
    String certificateId,
    CertificateStatus status,
    CertificateMode mode,
    Instant creationDate) {}
