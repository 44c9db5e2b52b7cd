package io.thingstead.api;

import io.thingstead.api.Member.Location;
import io.thingstead.api.Shape.Structure;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The media types that operations read and write, and the check of what a request says of them. */
final class MediaTypes {
  static final String JSON = "application/json";
  private static final String OCTETS = "application/octet-stream";
  private static final String TEXT = "text/plain";

  /** What older clients call JSON. */
  private static final Set<String> ALSO_JSON =
      Set.of("application/x-amz-json-1.0", "application/x-amz-json-1.1");

  private MediaTypes() {}

  static void check(OperationShape operation, ApiRequest request) {
    checkContent(operation.input(), request);
    String accept = request.headers().first("Accept");
    String answered = of(operation.output());
    if (accept != null && answered != null && !anything(operation.output())) {
      for (String wanted : accept.split(",", -1)) {
        if (accepts(bare(wanted), answered)) {
          return;
        }
      }
      throw new ApiException(
          AwsError.NOT_ACCEPTABLE,
          operation.name() + " answers " + answered + ", which the Accept header does not allow");
    }
  }

  private static boolean accepts(String wanted, String answered) {
    return wanted.equals("*/*")
        || wanted.equals(answered)
        || (wanted.endsWith("/*") && answered.startsWith(wanted.substring(0, wanted.length() - 1)))
        || (answered.equals(JSON) && ALSO_JSON.contains(wanted));
  }

  // A request that names no type is read as what it should be: old clients and curl do that.
  private static void checkContent(Structure input, ApiRequest request) {
    String given = request.headers().first("Content-Type");
    if (given == null || request.body().length == 0 || anything(input)) {
      return;
    }
    String expected = of(input);
    String type = bare(given);
    if (type.equals(expected) || (JSON.equals(expected) && ALSO_JSON.contains(type))) {
      return;
    }
    throw new ApiException(
        AwsError.UNSUPPORTED_MEDIA_TYPE,
        expected == null
            ? "the operation takes no body, but one of type " + type + " came"
            : "the body must be " + expected + ", not " + type);
  }

  private static String bare(String type) {
    int semicolon = type.indexOf(';');
    String bare = semicolon < 0 ? type : type.substring(0, semicolon);
    return bare.strip().toLowerCase(Locale.ROOT);
  }

  /** Whether the body is a blob of a type that only the caller knows. */
  private static boolean anything(Structure shape) {
    Member payload = payload(shape);
    return payload != null
        && payload.shape() instanceof Shape.Blob blob
        && blob.mediaType() == null;
  }

  static @Nullable Member payload(Structure shape) {
    List<Member> members = shape.members();
    for (Member member : members) {
      if (member.location() == Location.PAYLOAD) {
        return member;
      }
    }
    return null;
  }

  /** The type of the body that a structure makes, or null when it makes none. */
  static @Nullable String of(Structure shape) {
    Member payload = payload(shape);
    if (payload == null) {
      boolean body =
          shape.members().isEmpty()
              ? !shape.name().isEmpty() // an empty structure is {}, no structure is nothing
              : shape.members().stream().anyMatch(m -> m.location() == Location.BODY);
      return body ? JSON : null;
    }
    return switch (payload.shape()) {
      case Shape.Blob blob -> blob.mediaType() == null ? OCTETS : blob.mediaType();
      case Shape.Text text -> text.mediaType() == null ? TEXT : text.mediaType();
      case Shape.Structure _, Shape.ListOf _, Shape.MapOf _, Shape.Document _ -> JSON;
      case Shape.Numeric _, Shape.Bool _, Shape.Timestamp _ -> TEXT;
    };
  }
}
