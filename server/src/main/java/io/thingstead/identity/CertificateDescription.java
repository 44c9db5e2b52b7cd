package io.thingstead.identity;

import io.thingstead.model.AccountId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What DescribeCertificate tells.
 *
 * @param caCertificateId the registered CA that vouched for it, or null
 * @param previousOwnedBy the account that it came from, twelve digits, or null
 * @param transfer its latest transfer, or null
 */
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
    CertificateMode mode,
    @Nullable String caCertificateId,
    @Nullable String previousOwnedBy,
    @Nullable CertificateTransfer transfer) {}
