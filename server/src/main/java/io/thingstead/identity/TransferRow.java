package io.thingstead.identity;

import org.jspecify.annotations.Nullable;

/**
 * The latest transfer of a certificate, kept with it. Times are epoch milliseconds.
 *
 * @param to the account it was offered to, twelve digits
 * @param acceptedMillis since when that account has it, or null
 * @param rejectedMillis since when that account does not want it, or null
 */
record TransferRow(
    String to,
    @Nullable String message,
    long startedMillis,
    @Nullable Long acceptedMillis,
    @Nullable Long rejectedMillis,
    @Nullable String rejectReason) {
  static TransferRow started(String to, @Nullable String message, long nowMillis) {
    return new TransferRow(to, message, nowMillis, null, null, null);
  }

  TransferRow accepted(long nowMillis) {
    return new TransferRow(to, message, startedMillis, nowMillis, null, null);
  }

  TransferRow rejected(long nowMillis, @Nullable String reason) {
    return new TransferRow(to, message, startedMillis, null, nowMillis, reason);
  }
}
