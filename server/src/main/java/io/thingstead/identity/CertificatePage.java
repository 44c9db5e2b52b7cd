package io.thingstead.identity;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of ListCertificates.
 *
 * @param nextMarker where the next page begins, or null behind the last
 */
public record CertificatePage(List<Entry> certificates, @Nullable String nextMarker) {
  public CertificatePage {
    certificates = List.copyOf(certificates);
  }

  /** One certificate of the list. */
  public record Entry(
      String certificateArn,
      String certificateId,
      CertificateStatus status,
      CertificateMode mode,
      Instant creationDate) {}
}
