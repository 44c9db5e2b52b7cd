package io.thingstead.api;

import io.thingstead.api.Shape.Structure;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.charset.StandardCharsets;

/** From a refusal to the error that a service's model has for it. */
final class Faults {
  private Faults() {}

  /**
   * The value of an error shape. A member that is no text in the model is given as its JSON.
   *
   * @param shape the one of the refusal's error
   */
  static Struct value(Structure shape, ApiException refusal) {
    Struct.Builder value = Struct.builder();
    for (Member member : shape.members()) {
      boolean isMessage = member.name().equalsIgnoreCase("message");
      String text = isMessage ? refusal.text() : refusal.members().get(member.name());
      if (text != null) {
        value.put(member.name(), member(member, text));
      }
    }
    return value.build();
  }

  private static Object member(Member member, String text) {
    if (member.shape() instanceof Shape.Text) {
      return text;
    }
    byte[] json = text.getBytes(StandardCharsets.UTF_8);
    return JsonTree.read(member.shape(), JsonTree.parse(json), member.name());
  }

  /** The status of errors that every service may answer without its model saying so. */
  static int status(AwsError error) {
    return switch (error) {
      case ACCESS_DENIED,
          EXPIRED_TOKEN,
          FORBIDDEN,
          INCOMPLETE_SIGNATURE,
          INVALID_SIGNATURE,
          MISSING_AUTHENTICATION_TOKEN,
          UNRECOGNIZED_CLIENT ->
          403;
      case UNAUTHORIZED -> 401;
      case RESOURCE_NOT_FOUND, UNKNOWN_OPERATION -> 404;
      case METHOD_NOT_ALLOWED -> 405;
      case NOT_ACCEPTABLE -> 406;
      case CONFLICT, RESOURCE_ALREADY_EXISTS, VERSION_CONFLICT -> 409;
      case REQUEST_ENTITY_TOO_LARGE -> 413;
      case UNSUPPORTED_DOCUMENT_ENCODING, UNSUPPORTED_MEDIA_TYPE -> 415;
      case INTERNAL, INTERNAL_FAILURE -> 500;
      case NOT_IMPLEMENTED -> 501;
      case SERVICE_UNAVAILABLE -> 503;
      case GATEWAY_TIMEOUT -> 504;
      default -> 400;
    };
  }
}
