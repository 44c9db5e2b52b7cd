package io.thingstead.model.shadow;

import io.thingstead.model.AwsError;

/**
 * The errors of the shadow service: code and message are exact on the wire (AWS IoT developer
 * guide, "Device Shadow error messages").
 */
public enum ShadowError {
  INVALID_JSON(400, "Invalid JSON"),
  MISSING_STATE(400, "Missing required node: state"),
  STATE_NOT_OBJECT(400, "State node must be an object"),
  DESIRED_NOT_OBJECT(400, "Desired node must be an object"),
  REPORTED_NOT_OBJECT(400, "Reported node must be an object"),
  INVALID_VERSION(400, "Invalid version"),
  INVALID_CLIENT_TOKEN(400, "Invalid clientToken"),
  TOO_DEEP(400, "JSON contains too many levels of nesting; maximum is 6"),
  INVALID_NODE(400, "State contains an invalid node"),
  UNAUTHORIZED(401, "Unauthorized"),
  FORBIDDEN(403, "Forbidden"),
  THING_NOT_FOUND(404, "Thing not found"),
  SHADOW_NOT_FOUND(404, "No shadow exists with name: '%s'"),
  VERSION_CONFLICT(409, "Version conflict"),
  TOO_LARGE(413, "The payload exceeds the maximum size allowed"),
  NOT_UTF8(415, "Unsupported documented encoding; supported encoding is UTF-8"),
  TOO_MANY_REQUESTS(429, "Too Many Requests"),
  INTERNAL(500, "Internal service failure");

  private final int code;
  private final String message;

  ShadowError(int code, String message) {
    this.code = code;
    this.message = message;
  }

  /** The code of a rejected document, which is also the HTTP status. */
  public int code() {
    return code;
  }

  String message() {
    return message;
  }

  /** The error of the data-plane API that means the same. */
  public AwsError awsError() {
    return switch (code) {
      case 401 -> AwsError.UNAUTHORIZED;
      case 403 -> AwsError.FORBIDDEN;
      case 404 -> AwsError.RESOURCE_NOT_FOUND;
      case 409 -> AwsError.CONFLICT;
      case 413 -> AwsError.REQUEST_ENTITY_TOO_LARGE;
      case 415 -> AwsError.UNSUPPORTED_DOCUMENT_ENCODING;
      case 429 -> AwsError.THROTTLING;
      case 500 -> AwsError.INTERNAL_FAILURE;
      default -> AwsError.INVALID_REQUEST;
    };
  }
}
