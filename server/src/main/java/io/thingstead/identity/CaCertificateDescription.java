package io.thingstead.identity;

import io.thingstead.model.AccountId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What DescribeCACertificate tells. */
public record CaCertificateDescription(
    String certificateArn,
    String certificateId,
    CaStatus status,
    boolean autoRegistration,
    String pem,
    AccountId ownedBy,
    Instant creationDate,
    Instant lastModifiedDate,
    int customerVersion,
    String generationId,
    Instant notBefore,
    Instant notAfter,
    CertificateMode mode,
    @Nullable RegistrationTemplate template) {}
