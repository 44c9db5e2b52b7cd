package io.thingstead.authorize;

/**
 * A stored policy. Times are epoch milliseconds.
 *
 * @param lastVersion the highest number given so far; numbers are never used again
 * @param generation names this policy: one deleted and made again gets another
 */
record PolicyRow(
    long defaultVersion,
    long lastVersion,
    long createdMillis,
    long modifiedMillis,
    String generation) {
  PolicyRow with(long newDefault, long newLast, long nowMillis) {
    return new PolicyRow(newDefault, newLast, createdMillis, nowMillis, generation);
  }
}
