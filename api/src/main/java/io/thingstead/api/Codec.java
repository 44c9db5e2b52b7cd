package io.thingstead.api;

import io.thingstead.model.ApiException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of the protocol of one service: which operation a request means, its input, and
 * the form of answers and errors. Without changing state; any thread may use it.
 */
public sealed interface Codec permits RestJson, AwsJson, AwsQuery {
  /** The protocol of a service. */
  static Codec of(Service service) {
    return switch (service.facts().wire()) {
      case Wire.Rest _ -> new RestJson(service);
      case Wire.Json wire -> new AwsJson(service, wire);
      case Wire.Query wire -> new AwsQuery(service, wire);
    };
  }

  /**
   * What was found.
   *
   * @param operation null when no operation has this method, though some has the path
   * @param labels the raw values of the path's labels
   */
  record Match(@Nullable OperationShape operation, Map<String, String> labels) {}

  /** The operation that a request means, or null when it is none of this service's. */
  @Nullable Match find(ApiRequest request);

  /**
   * What to answer when {@link #find} has found no operation.
   *
   * @param otherMethod whether another method would have found one
   */
  ApiException unknown(ApiRequest request, boolean otherMethod);

  /**
   * Reads a request.
   *
   * @param labels the raw values of the path's labels
   * @return a value of the operation's input that keeps all its constraints
   * @throws ApiException SerializationException when it cannot be read, the service's validation
   *     error when it breaks a constraint
   */
  Struct decode(OperationShape operation, Map<String, String> labels, ApiRequest request);

  /** Writes the output of an operation. */
  ApiResponse encode(OperationShape operation, Struct output, String requestId);

  /** Writes an error. */
  ApiResponse error(ApiException refusal, String requestId);

  /** Writes an error in the form of the protocol that a request seems to speak. */
  static ApiResponse error(ApiRequest request, ApiException refusal, String requestId) {
    if (request.headers().first(AwsJson.TARGET) != null) {
      return AwsJson.error(refusal);
    }
    return Form.isBody(request) ? AwsQuery.error("", refusal, requestId) : RestJson.error(refusal);
  }
}
