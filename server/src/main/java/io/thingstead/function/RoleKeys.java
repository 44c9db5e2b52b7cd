package io.thingstead.function;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that a function's process finds in its environment.
 *
 * @param sessionToken null for keys that need none
 * @param expiration when they end: the process ends before
 */
public record RoleKeys(
    String accessKeyId, String secretAccessKey, @Nullable String sessionToken, Instant expiration) {
  @Override
  public String toString() {
    return "RoleKeys[" + accessKeyId + " until " + expiration + "]";
  }
}
