package io.thingstead.identity;

import io.thingstead.model.AccountId;
import java.time.Instant;

/** What DescribeCertificate tells. */
public record CertificateDescription(
    String certificateArn,
    String certificateId,
    CertificateStatus status,
    String pem,
    AccountId ownedBy,
    Instant creationDate,
    Instant lastModifiedDate,
    int customerVersion,
    String generationId,
    Instant notBefore,
    Instant notAfter,
    CertificateMode mode) {}
