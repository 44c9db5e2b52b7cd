package io.thingstead.row;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Table;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a listing.
 *
 * @param next the token with which the next part is asked for, or null at the end; opaque to
 *     callers
 */
public record Page<T>(List<T> items, @Nullable String next) {
  private static final int SCANNED_MAX = 10_000;
  private static final int CHUNK = 500;

  public Page {
    items = List.copyOf(items);
  }

  /**
   * How much a listing gives at once.
   *
   * @param parameter what callers ask for a number by: {@code maxResults}, {@code pageSize}
   * @param initial for callers who do not say
   * @param max the most they may ask for
   */
  public record Size(String parameter, int initial, int max) {
    /** What most listings of things, types, groups and their principals give. */
    public static final Size RESULTS = new Size("maxResults", 25, 250);

    /** What the older listings give, of certificates and policies. */
    public static final Size OLDER = new Size("pageSize", 25, 250);

    /** The number asked for, or the initial one. */
    public int of(@Nullable Integer asked) {
      int size = asked == null ? initial : asked;
      if (size < 1 || size > max) {
        throw new ApiException(
            AwsError.INVALID_REQUEST, parameter + " " + size + " is not in 1.." + max);
      }
      return size;
    }
  }

  /**
   * Reads one part of the rows below a prefix.
   *
   * @param limit at the most so many
   * @param token what the part before gave, or null
   */
  public static <T> Page<T> read(
      Rows rows,
      Table table,
      Key prefix,
      int limit,
      @Nullable String token,
      Function<Rows.Row, T> item) {
    List<Rows.Row> found = rows.scan(table, prefix, after(table, token, prefix), limit + 1);
    boolean more = found.size() > limit;
    List<Rows.Row> shown = more ? found.subList(0, limit) : found;
    return new Page<>(
        shown.stream().map(item).toList(), more ? token(table, shown.getLast().key()) : null);
  }

  /**
   * Reads one part of those rows below a prefix that are wanted. It may hold fewer than asked for,
   * or none, and still have a next one: it ends after so many rows were looked at.
   *
   * @param item null for a row that is not wanted
   */
  public static <T> Page<T> filtered(
      Rows rows,
      Table table,
      Key prefix,
      int limit,
      @Nullable String token,
      Function<Rows.Row, @Nullable T> item) {
    Key after = after(table, token, prefix);
    List<T> found = new ArrayList<>();
    for (int scanned = 0; scanned < SCANNED_MAX; scanned += CHUNK) {
      List<Rows.Row> some = rows.scan(table, prefix, after, CHUNK);
      for (Rows.Row row : some) {
        if (found.size() == limit) {
          return new Page<>(found, after == null ? null : token(table, after));
        }
        after = row.key();
        T wanted = item.apply(row);
        if (wanted != null) {
          found.add(wanted);
        }
      }
      if (some.size() < CHUNK) {
        return new Page<>(found, null);
      }
    }
    return new Page<>(found, after == null ? null : token(table, after));
  }

  /** The token of the part that begins behind this key of a table. */
  public static String token(Table table, Key key) {
    byte[] of = key.bytes();
    ByteBuffer token = ByteBuffer.allocate(Short.BYTES + of.length).putShort((short) table.id());
    return Base64.getEncoder().withoutPadding().encodeToString(token.put(of).array());
  }

  /** The key a token stands for; 400 when no listing of this table below this prefix gave it. */
  public static @Nullable Key after(Table table, @Nullable String token, Key prefix) {
    if (token == null || token.isEmpty()) {
      return null;
    }
    Key key = parse(table, token);
    if (key == null || !key.startsWith(prefix)) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "the nextToken or marker was not given by this listing: pass the one of the page before,"
              + " unchanged, or begin again without one");
    }
    return key;
  }

  private static @Nullable Key parse(Table table, String token) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(token));
      boolean ours = bytes.remaining() >= Short.BYTES && bytes.getShort() == (short) table.id();
      byte[] key = new byte[bytes.remaining()];
      bytes.get(key);
      return ours ? Key.ofBytes(key) : null;
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
