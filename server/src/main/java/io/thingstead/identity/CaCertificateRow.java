package io.thingstead.identity;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stored CA of the account. Times are epoch milliseconds.
 *
 * @param autoRegistration whether an unknown certificate it signed is registered when it is shown
 * @param version counts the changes, from 1
 * @param template how its newcomers are provisioned, or null when they only wait
 */
record CaCertificateRow(
    byte[] der,
    CaStatus status,
    boolean autoRegistration,
    CertificateMode mode,
    long createdMillis,
    long modifiedMillis,
    int version,
    String generation,
    @Nullable RegistrationTemplate template) {
  CaCertificateRow with(
      CaStatus nextStatus,
      boolean nextAutoRegistration,
      @Nullable RegistrationTemplate nextTemplate,
      long nowMillis) {
    return new CaCertificateRow(
        der,
        nextStatus,
        nextAutoRegistration,
        mode,
        createdMillis,
        nowMillis,
        version + 1,
        generation,
        nextTemplate);
  }

  X509Certificate certificate() {
    return SealedCertificate.parse(der);
  }

  boolean isThat(X509Certificate other) {
    return Arrays.equals(der, ClientCertificates.der(other));
  }
}
