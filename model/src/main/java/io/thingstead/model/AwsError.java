package io.thingstead.model;

/**
 * The errors of the service models by their wire names. The HTTP status is a fact of each service
 * (Throttling is 400 on the control plane and 429 on the data plane), so it is looked up in the
 * shape table of the service that answers.
 */
public enum AwsError {
  ACCESS_DENIED("AccessDeniedException"),
  CERTIFICATE_CONFLICT("CertificateConflictException"),
  CERTIFICATE_STATE("CertificateStateException"),
  CERTIFICATE_VALIDATION("CertificateValidationException"),
  CONFLICT("ConflictException"),
  CONFLICTING_RESOURCE_UPDATE("ConflictingResourceUpdateException"),
  DELETE_CONFLICT("DeleteConflictException"),
  FORBIDDEN("ForbiddenException"),
  GATEWAY_TIMEOUT("GatewayTimeoutException"),
  INTERNAL("InternalException"),
  INTERNAL_FAILURE("InternalFailureException"),
  INVALID_REQUEST("InvalidRequestException"),
  LIMIT_EXCEEDED("LimitExceededException"),
  MALFORMED_POLICY("MalformedPolicyException"),
  METHOD_NOT_ALLOWED("MethodNotAllowedException"),
  NOT_IMPLEMENTED("NotImplementedException"),
  REQUEST_ENTITY_TOO_LARGE("RequestEntityTooLargeException"),
  RESOURCE_ALREADY_EXISTS("ResourceAlreadyExistsException"),
  RESOURCE_NOT_FOUND("ResourceNotFoundException"),
  SERVICE_UNAVAILABLE("ServiceUnavailableException"),
  SQL_PARSE("SqlParseException"),
  THROTTLING("ThrottlingException"),
  UNAUTHORIZED("UnauthorizedException"),
  UNSUPPORTED_DOCUMENT_ENCODING("UnsupportedDocumentEncodingException"),
  VALIDATION("ValidationException"),
  VERSION_CONFLICT("VersionConflictException"),
  VERSIONS_LIMIT_EXCEEDED("VersionsLimitExceededException");

  private final String wireName;

  AwsError(String wireName) {
    this.wireName = wireName;
  }

  /** The name in the {@code x-amzn-ErrorType} header. */
  public String wireName() {
    return wireName;
  }
}
