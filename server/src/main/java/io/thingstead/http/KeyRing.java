package io.thingstead.http;

import io.thingstead.identity.Credential;
import org.jspecify.annotations.Nullable;

/** Finds the secret that a signature must have been made with. Any thread may ask. */
@FunctionalInterface
public interface KeyRing {
  /**
   * The credential of an access key.
   *
   * @param sessionToken what the request carries beside the key, or null; a temporary key is found
   *     only with its own
   * @return null when there is no such key
   * @throws io.thingstead.model.ApiException ExpiredTokenException when it has ended
   */
  @Nullable Credential find(String accessKeyId, @Nullable String sessionToken);
}
