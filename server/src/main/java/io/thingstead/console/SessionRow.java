package io.thingstead.console;

import java.time.Instant;

/**
 * A session as it is kept on disk, where neither its cookie nor its token is.
 *
 * @param accessKeyId whose it is
 * @param account the key's, by its digits
 * @param usedMillis when it was last used, or some minutes before
 */
record SessionRow(String accessKeyId, String account, long beganMillis, long usedMillis) {
  Instant began() {
    return Instant.ofEpochMilli(beganMillis);
  }

  Instant used() {
    return Instant.ofEpochMilli(usedMillis);
  }
}
