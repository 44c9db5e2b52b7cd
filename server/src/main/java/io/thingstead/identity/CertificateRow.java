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
 * @param previousOwner the account that it came from, twelve digits, or null
 * @param transfer its latest transfer, or null
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
    @Nullable String caId,
    @Nullable String previousOwner,
    @Nullable TransferRow transfer) {
  CertificateRow with(CertificateStatus next, long nowMillis) {
    return with(next, transfer, nowMillis);
  }

  CertificateRow with(CertificateStatus next, @Nullable TransferRow nextTransfer, long nowMillis) {
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
        caId,
        previousOwner,
        nextTransfer);
  }

  /** As the account that accepted it registers it: a CA of the former one is not its own. */
  CertificateRow received(
      CertificateStatus status, String from, TransferRow accepted, String generation, long now) {
    return new CertificateRow(
        der,
        status,
        mode,
        now,
        now,
        1,
        generation,
        notBeforeMillis,
        notAfterMillis,
        null,
        from,
        accepted);
  }

  /** The same with the end that it has, which is not stored with older ones. */
  CertificateRow ending(long notAfter) {
    return new CertificateRow(
        der,
        status,
        mode,
        createdMillis,
        modifiedMillis,
        version,
        generation,
        notBeforeMillis,
        notAfter,
        caId,
        previousOwner,
        transfer);
  }

  X509Certificate certificate() {
    return SealedCertificate.parse(der);
  }
}
