package io.thingstead.identity;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that was checked, or made, and is not registered yet.
 *
 * @param caId the registered CA that signed it, or null
 */
public record NewCertificate(
    X509Certificate certificate, CertificateMode mode, @Nullable String caId) {
  /** Its certificate id. */
  public String id() {
    return ClientCertificates.id(certificate);
  }

  @Override
  public String toString() {
    return "NewCertificate[" + id() + "]";
  }
}
