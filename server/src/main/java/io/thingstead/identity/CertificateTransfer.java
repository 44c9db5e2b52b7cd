package io.thingstead.identity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is told of a certificate's latest transfer between accounts.
 *
 * @param to the account it was offered to, twelve digits
 */
public record CertificateTransfer(
    String to,
    @Nullable String message,
    Instant started,
    @Nullable Instant accepted,
    @Nullable Instant rejected,
    @Nullable String rejectReason) {
  static @Nullable CertificateTransfer of(@Nullable TransferRow row) {
    return row == null
        ? null
        : new CertificateTransfer(
            row.to(),
            row.message(),
            Instant.ofEpochMilli(row.startedMillis()),
            instant(row.acceptedMillis()),
            instant(row.rejectedMillis()),
            row.rejectReason());
  }

  private static @Nullable Instant instant(@Nullable Long millis) {
    return millis == null ? null : Instant.ofEpochMilli(millis);
  }
}
