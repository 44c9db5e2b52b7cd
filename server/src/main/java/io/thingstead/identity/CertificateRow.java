package io.thingstead.identity;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * A stored client certificate. Times are epoch milliseconds.
 *
 * @param version counts the changes, from 1
 * @param generation names this registration: a certificate deleted and registered again gets
 *     another
 * @param caId the registered CA that vouched for it, or null
 */
record CertificateRow(
    byte[] der,
    CertificateStatus status,
    CertificateMode mode,
    long createdMillis,
    long modifiedMillis,
    int version,
    String generation,
    long notBeforeMillis,
    long notAfterMillis,
    @Nullable String caId) {
  CertificateRow with(CertificateStatus next, long nowMillis) {
    return new CertificateRow(
        der,
        next,
        mode,
        createdMillis,
        nowMillis,
        version + 1,
        generation,
        notBeforeMillis,
        notAfterMillis,
        caId);
  }

  X509Certificate certificate() {
    return SealedCertificate.parse(der);
  }
}
