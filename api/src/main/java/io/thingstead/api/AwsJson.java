package io.thingstead.api;

import io.thingstead.api.Shape.Structure;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The protocols {@code awsJson1_0} and {@code awsJson1_1}: one path, the header {@code
 * X-Amz-Target} tells the operation, and all of input and output is one JSON object.
 */
public final class AwsJson implements Codec {
  static final String TARGET = "X-Amz-Target";
  private static final String MEDIA_TYPE = "application/x-amz-json-";
  private static final byte[] NO_MEMBERS = {'{', '}'};

  private final Service service;
  private final Wire.Json wire;

  AwsJson(Service service, Wire.Json wire) {
    this.service = service;
    this.wire = wire;
  }

  @Override
  public @Nullable Match find(ApiRequest request) {
    String target = request.headers().first(TARGET);
    String prefix = wire.targetPrefix() + ".";
    boolean ours = request.method().equals("POST") && request.path().equals("/");
    if (!ours || target == null || !target.startsWith(prefix)) {
      return null;
    }
    OperationShape operation = service.find(target.substring(prefix.length()));
    return operation == null ? null : new Match(operation, Map.of());
  }

  @Override
  public ApiException unknown(ApiRequest request, boolean otherMethod) {
    String target = request.headers().first(TARGET);
    return new ApiException(
        AwsError.UNKNOWN_OPERATION,
        target == null
            ? "the header " + TARGET + " is missing: it names the operation of " + service.name()
            : "no operation of %s is POST / with the %s %s"
                .formatted(service.name(), TARGET, Refusal.shown(target)));
  }

  @Override
  public Struct decode(OperationShape operation, Map<String, String> labels, ApiRequest request) {
    byte[] body = request.body().length == 0 ? NO_MEMBERS : request.body();
    Struct input = (Struct) JsonTree.read(operation.input(), JsonTree.parse(body), "the body");
    return Constraints.checked(service, operation, input);
  }

  @Override
  public ApiResponse encode(OperationShape operation, Struct output, String requestId) {
    return response(operation.status(), wire.version(), body(operation.output(), output, Map.of()));
  }

  /** The error's name is {@code __type} beside its members. */
  @Override
  public ApiResponse error(ApiException refusal, String requestId) {
    Structure shape = service.error(refusal.error().wireName());
    return shape == null
        ? plainError(wire.version(), refusal)
        : error(shape, Faults.value(shape, refusal));
  }

  /** Writes the value of an error shape. */
  ApiResponse error(Structure shape, Struct value) {
    Shape.Fault fault = shape.fault();
    if (fault == null) {
      throw new IllegalArgumentException(shape.name() + " is no error");
    }
    byte[] body = body(shape, value, Map.of("__type", fault.wireName()));
    ApiResponse response = response(fault.status(), wire.version(), body);
    response.headers().add("x-amzn-ErrorType", fault.wireName());
    return response;
  }

  /** Writes an error of a request that belongs to no service. */
  static ApiResponse error(ApiException refusal) {
    return plainError("1.1", refusal);
  }

  private static ApiResponse plainError(String version, ApiException refusal) {
    Map<String, String> members = new TreeMap<>(refusal.members());
    String name = refusal.error().wireName();
    members.put("__type", name);
    boolean unknown = refusal.error() == AwsError.UNKNOWN_OPERATION;
    ApiResponse response =
        response(
            unknown ? 400 : Faults.status(refusal.error()),
            version,
            JsonText.error(refusal.text(), members));
    response.headers().add("x-amzn-ErrorType", name);
    return response;
  }

  private static byte[] body(Structure shape, Struct value, Map<String, String> more) {
    return JsonText.write(shape, value, _ -> true, more);
  }

  private static ApiResponse response(int status, String version, byte[] body) {
    return new ApiResponse(status, new Headers().add("Content-Type", MEDIA_TYPE + version), body);
  }
}
