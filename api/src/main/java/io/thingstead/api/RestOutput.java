package io.thingstead.api;

import io.thingstead.api.Member.Location;
import io.thingstead.api.Shape.Structure;
import io.thingstead.api.Shape.TimestampFormat;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts the members of an output or error in their places of an HTTP response. */
final class RestOutput {
  private static final byte[] NOTHING = {};

  private RestOutput() {}

  /**
   * Writes a structure.
   *
   * @param more further members of a JSON body
   */
  static ApiResponse write(Structure shape, Struct value, int status, Map<String, String> more) {
    Headers headers = new Headers();
    int code = status;
    for (Member member : shape.members()) {
      Object present = present(member, value);
      if (present == null) {
        continue;
      }
      switch (member.location()) {
        case HEADER -> header(member, present, headers);
        case PREFIX_HEADERS -> prefixHeaders(shape, member, (Map<?, ?>) present, headers);
        case STATUS_CODE -> code = ((Number) present).intValue();
        case BODY, PAYLOAD, LABEL, QUERY, QUERY_PARAMS -> {}
      }
    }
    byte[] body = body(shape, value, more);
    String type = type(shape, value, body);
    if (type != null && headers.first("Content-Type") == null) {
      headers.add("Content-Type", type);
    }
    return new ApiResponse(code, headers, body);
  }

  private static @Nullable String type(Structure shape, Struct value, byte[] body) {
    Member payload = MediaTypes.payload(shape);
    boolean empty = payload == null ? body.length == 0 : present(payload, value) == null;
    if (empty && body.length == 0) {
      return null;
    }
    String type = MediaTypes.of(shape);
    return type == null ? MediaTypes.JSON : type;
  }

  private static @Nullable Object present(Member member, Struct value) {
    Object set = value.get(member.name());
    return set == null ? member.defaultValue() : set;
  }

  private static void header(Member member, Object value, Headers headers) {
    String text =
        member.shape() instanceof Shape.ListOf list
            ? HeaderLists.write(list.element().shape(), (List<?>) value)
            : Scalars.write(member.shape(), value, TimestampFormat.HTTP_DATE, true);
    if (!text.isEmpty()) {
      headers.add(member.wireName(), text);
    }
  }

  // A member with a header of its own wins over the map.
  private static void prefixHeaders(
      Structure shape, Member member, Map<?, ?> values, Headers headers) {
    values.forEach(
        (name, text) -> {
          String header = member.wireName() + name;
          boolean claimed =
              shape.members().stream()
                  .filter(other -> other.location() == Location.HEADER)
                  .anyMatch(other -> other.wireName().equalsIgnoreCase(header));
          if (!claimed) {
            headers.add(header, text.toString());
          }
        });
  }

  private static byte[] body(Structure shape, Struct value, Map<String, String> more) {
    Member payload = MediaTypes.payload(shape);
    if (payload == null) {
      boolean nothing = shape.name().isEmpty();
      return nothing
          ? NOTHING
          : JsonText.write(shape, value, m -> m.location() == Location.BODY, more);
    }
    Object present = present(payload, value);
    if (present == null) {
      return NOTHING;
    }
    return switch (payload.shape()) {
      case Shape.Blob _ -> (byte[]) present;
      case Shape.Text _ -> ((String) present).getBytes(StandardCharsets.UTF_8);
      case Shape.Structure _, Shape.ListOf _, Shape.MapOf _, Shape.Document _ ->
          JsonText.write(payload.shape(), present);
      case Shape.Numeric _, Shape.Bool _, Shape.Timestamp _ ->
          Scalars.write(payload.shape(), present, TimestampFormat.DATE_TIME, false)
              .getBytes(StandardCharsets.UTF_8);
    };
  }
}
