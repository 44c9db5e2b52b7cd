package io.thingstead.api;

import io.thingstead.api.Shape.Structure;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The protocol {@code restJson1}: method and path tell the operation, its input lies in labels,
 * query, headers and a JSON body.
 */
public final class RestJson implements Codec {
  private final Service service;
  private final Routes routes;

  RestJson(Service service) {
    this.service = service;
    this.routes = new Routes(service);
  }

  @Override
  public @Nullable Match find(ApiRequest request) {
    return routes.find(request);
  }

  @Override
  public ApiException unknown(ApiRequest request, boolean otherMethod) {
    boolean saysSo = service.error(AwsError.METHOD_NOT_ALLOWED.wireName()) != null;
    return otherMethod && saysSo
        ? new ApiException(
            AwsError.METHOD_NOT_ALLOWED, request.method() + " is not allowed on this path")
        : new ApiException(
            AwsError.UNKNOWN_OPERATION,
            "no operation of " + service.name() + " is " + request.method() + " on this path");
  }

  /**
   * {@inheritDoc}
   *
   * @throws ApiException also UnsupportedMediaTypeException, NotAcceptableException
   */
  @Override
  public Struct decode(OperationShape operation, Map<String, String> labels, ApiRequest request) {
    MediaTypes.check(operation, request);
    Struct input = RestInput.read(operation, labels, request);
    return Constraints.checked(service, operation, input);
  }

  @Override
  public ApiResponse encode(OperationShape operation, Struct output, String requestId) {
    return RestOutput.write(operation.output(), output, operation.status(), Map.of());
  }

  /** The error's name is in {@code x-amzn-ErrorType}, its message and members in the body. */
  @Override
  public ApiResponse error(ApiException refusal, String requestId) {
    Structure shape = service.error(refusal.error().wireName());
    Map<String, String> more = service.facts().traceIds() ? Map.of("traceId", requestId) : Map.of();
    return shape == null
        ? plainError(refusal, more)
        : error(shape, Faults.value(shape, refusal), more);
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
    return new ApiResponse(Faults.status(refusal.error()), headers, body);
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
