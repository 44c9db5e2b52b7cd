package io.thingstead.api;

import io.thingstead.api.Shape.Structure;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * The server's side of the protocol {@code restJson1}: HTTP requests to checked values, values and
 * errors to HTTP responses. It has no state; any thread may use it.
 */
public final class RestJson {
  private RestJson() {}

  /**
   * Reads a request.
   *
   * @param labels the raw values of the path's labels
   * @return a value of the operation's input that keeps all its constraints
   * @throws ApiException SerializationException when it cannot be read, the service's validation
   *     error when it breaks a constraint, UnsupportedMediaTypeException, NotAcceptableException
   */
  public static Struct decode(
      Service service, OperationShape operation, Map<String, String> labels, ApiRequest request) {
    MediaTypes.check(operation, request);
    Struct input = RestInput.read(operation, labels, request);
    var violations = Constraints.check(operation.input(), input);
    if (!violations.isEmpty()) {
      throw Violation.refusal(service.facts(), operation, violations);
    }
    return input;
  }

  /** Writes the output of an operation. */
  public static ApiResponse encode(OperationShape operation, Struct output) {
    return RestOutput.write(operation.output(), output, operation.status(), Map.of());
  }

  /**
   * Writes an error: its name in {@code x-amzn-ErrorType}, its message and members in the body. A
   * member that is no text in the model is given as its JSON.
   *
   * @param requestId told as {@code traceId} by the services that do so
   */
  public static ApiResponse error(Service service, ApiException refusal, String requestId) {
    Structure shape = service.error(refusal.error().wireName());
    Map<String, String> more = service.facts().traceIds() ? Map.of("traceId", requestId) : Map.of();
    if (shape == null) {
      return plainError(refusal, more);
    }
    Struct.Builder value = Struct.builder();
    for (Member member : shape.members()) {
      boolean isMessage = member.name().equalsIgnoreCase("message");
      String text = isMessage ? refusal.text() : refusal.members().get(member.name());
      if (text != null) {
        value.put(member.name(), errorMember(member, text));
      }
    }
    return error(shape, value.build(), more);
  }

  /** Writes the value of an error shape. */
  static ApiResponse error(Structure shape, Struct value, Map<String, String> more) {
    Shape.Fault fault = shape.fault();
    if (fault == null) {
      throw new IllegalArgumentException(shape.name() + " is no error");
    }
    ApiResponse response = RestOutput.write(shape, value, fault.status(), more);
    response.headers().add("x-amzn-ErrorType", fault.wireName());
    return response;
  }

  private static Object errorMember(Member member, String text) {
    if (member.shape() instanceof Shape.Text) {
      return text;
    }
    byte[] json = text.getBytes(StandardCharsets.UTF_8);
    return JsonTree.read(member.shape(), JsonTree.parse(json), member.name());
  }

  /** Writes an error of a request that belongs to no service. */
  public static ApiResponse error(ApiException refusal) {
    return plainError(refusal, Map.of());
  }

  private static ApiResponse plainError(ApiException refusal, Map<String, String> more) {
    Map<String, String> members = new TreeMap<>(refusal.members());
    members.putAll(more);
    byte[] body = JsonText.error(refusal.text(), members);
    Headers headers = new Headers().add("Content-Type", MediaTypes.JSON);
    headers.add("x-amzn-ErrorType", refusal.error().wireName());
    return new ApiResponse(status(refusal.error()), headers, body);
  }

  /** The status of errors that every service may answer without its model saying so. */
  private static int status(AwsError error) {
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

  /** Text of a payload that must be UTF-8. */
  static String utf8(byte[] bytes, String where) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0
        && !java.util.Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
      throw Refusal.wrongKind(where, "UTF-8 text");
    }
    return text;
  }
}
