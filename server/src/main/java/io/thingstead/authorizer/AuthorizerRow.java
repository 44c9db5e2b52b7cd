package io.thingstead.authorizer;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stored authorizer.
 *
 * @param tokenKeyName by which name callers give the token; null without signing, perhaps
 * @param keys public keys in PEM form by their names
 * @param signingDisabled whether tokens carry no signature
 * @param caching whether answers are kept for the requests of one HTTP connection
 */
record AuthorizerRow(
    String functionArn,
    @Nullable String tokenKeyName,
    Map<String, String> keys,
    boolean active,
    boolean signingDisabled,
    boolean caching,
    long createdMillis,
    long modifiedMillis) {
  AuthorizerRow {
    keys = Map.copyOf(keys);
  }
}
