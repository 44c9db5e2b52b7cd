package io.thingstead.authorize;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Table;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a listing.
 *
 * @param nextMarker where the next part begins, or null at the end; opaque to callers
 */
public record Page<T>(List<T> items, @Nullable String nextMarker) {
  private static final int DEFAULT = 25;
  private static final int MAX = 250;

  public Page {
    items = List.copyOf(items);
  }

  /**
   * Reads one part.
   *
   * @param pageSize 1 to 250, or null for 25
   * @param marker what the part before gave, or null
   */
  static <T> Page<T> read(
      Rows rows,
      Table table,
      Key prefix,
      @Nullable Integer pageSize,
      @Nullable String marker,
      Function<Rows.Row, T> item) {
    int limit = pageSize == null ? DEFAULT : pageSize;
    if (limit < 1 || limit > MAX) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "pageSize " + limit + " is not in 1.." + MAX);
    }
    List<Rows.Row> found = rows.scan(table, prefix, after(marker, prefix), limit + 1);
    boolean more = found.size() > limit;
    List<Rows.Row> shown = more ? found.subList(0, limit) : found;
    return new Page<>(
        shown.stream().map(item).toList(), more ? marker(shown.getLast().key()) : null);
  }

  private static String marker(Key key) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(key.bytes());
  }

  private static @Nullable Key after(@Nullable String marker, Key prefix) {
    if (marker == null || marker.isEmpty()) {
      return null;
    }
    try {
      Key key = Key.ofBytes(Base64.getUrlDecoder().decode(marker));
      if (key.startsWith(prefix)) {
        return key;
      }
    } catch (IllegalArgumentException _) {
      // Told below.
    }
    throw new ApiException(
        AwsError.INVALID_REQUEST,
        "the marker was not given by this listing; begin again without one");
  }
}
