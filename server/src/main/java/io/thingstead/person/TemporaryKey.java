package io.thingstead.person;

import java.time.Instant;

/**
 * A key that ends by itself.
 *
 * @param arn who the caller is with it
 */
public record TemporaryKey(
    String accessKeyId,
    String secretAccessKey,
    String sessionToken,
    Instant expiration,
    String arn) {
  @Override
  public String toString() {
    return "TemporaryKey[" + accessKeyId + " of " + arn + " until " + expiration + "]";
  }
}
