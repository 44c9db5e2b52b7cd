package io.thingstead.rules;

import io.thingstead.engine.Key;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Limits and tokens of listings. */
final class Pages {
  private static final int DEFAULT_RESULTS = 100;
  private static final int RESULTS_MAX = 10_000;

  private Pages() {}

  static int limit(@Nullable Integer maxResults) {
    int limit = maxResults == null ? DEFAULT_RESULTS : maxResults;
    if (limit < 1 || limit > RESULTS_MAX) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "maxResults " + limit + " is not in 1.." + RESULTS_MAX);
    }
    return limit;
  }

  static String token(String lastName) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(Key.of(lastName).bytes());
  }

  static @Nullable Key after(@Nullable String nextToken) {
    if (nextToken == null || nextToken.isEmpty()) {
      return null;
    }
    try {
      return Key.ofBytes(Base64.getUrlDecoder().decode(nextToken));
    } catch (IllegalArgumentException e) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "nextToken was not given by this listing: pass the one of the page before, unchanged");
    }
  }
}
