package io.thingstead.identity;

import org.jspecify.annotations.Nullable;

/**
 * How a certificate moved, or is to move, between accounts. Times are epoch milliseconds.
 *
 * @param to the account it is offered to, or was accepted by
 * @param message for that account
 */
record Transfer(
    String to,
    @Nullable String message,
    @Nullable String rejectReason,
    long offeredMillis,
    @Nullable Long acceptedMillis,
    @Nullable Long rejectedMillis) {
  static Transfer offered(String to, @Nullable String message, long nowMillis) {
    return new Transfer(to, message, null, nowMillis, null, null);
  }

  Transfer accepted(long nowMillis) {
    return new Transfer(to, message, rejectReason, offeredMillis, nowMillis, null);
  }

  Transfer rejected(@Nullable String reason, long nowMillis) {
    return new Transfer(to, message, reason, offeredMillis, null, nowMillis);
  }
}
