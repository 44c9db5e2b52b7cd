package io.thingstead.registry;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows.Row;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a listing.
 *
 * @param nextToken where the next part begins, or null at the end; opaque to callers
 */
public record Page<T>(List<T> items, @Nullable String nextToken) {
  static final int MAX_RESULTS = 250;

  /** What a caller gets that does not say how many it wants. */
  public static final int DEFAULT_RESULTS = 25;

  public Page {
    items = List.copyOf(items);
  }

  /** A page out of {@code limit + 1} scanned rows. */
  static <T> Page<T> of(List<Row> rows, int limit, Function<Row, T> item) {
    boolean more = rows.size() > limit;
    List<Row> shown = more ? rows.subList(0, limit) : rows;
    return new Page<>(
        shown.stream().map(item).toList(), more ? token(shown.getLast().key()) : null);
  }

  static int limit(int maxResults) {
    if (maxResults < 1 || maxResults > MAX_RESULTS) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "maxResults " + maxResults + " is not in 1.." + MAX_RESULTS);
    }
    return maxResults;
  }

  static String token(Key key) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(key.bytes());
  }

  /** The key a token stands for; 400 when it was not given for a listing under this prefix. */
  static @Nullable Key after(@Nullable String nextToken, Key prefix) {
    if (nextToken == null || nextToken.isEmpty()) {
      return null;
    }
    try {
      Key key = Key.ofBytes(Base64.getUrlDecoder().decode(nextToken));
      if (key.startsWith(prefix)) {
        return key;
      }
    } catch (IllegalArgumentException _) {
      // Told below.
    }
    throw new ApiException(
        AwsError.INVALID_REQUEST,
        "nextToken was not given by this listing: pass the one of the page before, unchanged");
  }
}
