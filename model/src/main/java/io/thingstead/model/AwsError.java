package io.thingstead.model;

/**
 * The errors of the service models by their wire names. The HTTP status is a fact of each service
 * (Throttling is 400 on the control plane and 429 on the data plane), so it is looked up in the
 * shape table of the service that answers.
 */
public enum AwsError {
  ACCESS_DENIED("AccessDeniedException"),
  BAD_REQUEST("BadRequestException"),
  CERTIFICATE_CONFLICT("CertificateConflictException"),
  CERTIFICATE_STATE("CertificateStateException"),
  CERTIFICATE_VALIDATION("CertificateValidationException"),
  CODE_STORAGE_EXCEEDED("CodeStorageExceededException"),
  CONFLICT("ConflictException"),
  CONFLICTING_RESOURCE_UPDATE("ConflictingResourceUpdateException"),
  DELETE_CONFLICT("DeleteConflictException"),
  ENTITY_ALREADY_EXISTS("EntityAlreadyExistsException"),
  EXPIRED_TOKEN("ExpiredTokenException"),
  FORBIDDEN("ForbiddenException"),
  GATEWAY_TIMEOUT("GatewayTimeoutException"),
  IDP_COMMUNICATION_ERROR("IDPCommunicationErrorException"),
  IDP_REJECTED_CLAIM("IDPRejectedClaimException"),
  INCOMPLETE_SIGNATURE("IncompleteSignatureException"),
  INTERNAL("InternalException"),
  INTERNAL_FAILURE("InternalFailureException"),
  INVALID_IDENTITY_POOL_CONFIGURATION("InvalidIdentityPoolConfigurationException"),
  INVALID_IDENTITY_TOKEN("InvalidIdentityTokenException"),
  INVALID_INPUT("InvalidInputException"),
  INVALID_PARAMETER("InvalidParameterException"),
  INVALID_PARAMETER_VALUE("InvalidParameterValueException"),
  INVALID_REQUEST("InvalidRequestException"),
  INVALID_REQUEST_CONTENT("InvalidRequestContentException"),
  INVALID_RESPONSE("InvalidResponseException"),
  INVALID_RUNTIME("InvalidRuntimeException"),
  INVALID_SIGNATURE("InvalidSignatureException"),
  LIMIT_EXCEEDED("LimitExceededException"),
  MALFORMED_POLICY("MalformedPolicyException"),
  MALFORMED_POLICY_DOCUMENT("MalformedPolicyDocumentException"),
  METHOD_NOT_ALLOWED("MethodNotAllowedException"),
  MISSING_AUTHENTICATION_TOKEN("MissingAuthenticationTokenException"),
  NOT_ACCEPTABLE("NotAcceptableException"),
  NOT_AUTHORIZED("NotAuthorizedException"),
  NOT_IMPLEMENTED("NotImplementedException"),
  NO_SUCH_ENTITY("NoSuchEntityException"),
  PACKED_POLICY_TOO_LARGE("PackedPolicyTooLargeException"),
  POLICY_LENGTH_EXCEEDED("PolicyLengthExceededException"),
  PRECONDITION_FAILED("PreconditionFailedException"),
  REGISTRATION_CODE_VALIDATION("RegistrationCodeValidationException"),
  REQUEST_ENTITY_TOO_LARGE("RequestEntityTooLargeException"),
  REQUEST_TOO_LARGE("RequestTooLargeException"),
  RESOURCE_ALREADY_EXISTS("ResourceAlreadyExistsException"),
  RESOURCE_CONFLICT("ResourceConflictException"),
  RESOURCE_NOT_FOUND("ResourceNotFoundException"),
  RESOURCE_REGISTRATION_FAILURE("ResourceRegistrationFailureException"),
  SERIALIZATION("SerializationException"),
  SERVICE("ServiceException"),
  SERVICE_UNAVAILABLE("ServiceUnavailableException"),
  SQL_PARSE("SqlParseException"),
  THROTTLING("ThrottlingException"),
  TOO_MANY_REQUESTS("TooManyRequestsException"),
  TRANSFER_ALREADY_COMPLETED("TransferAlreadyCompletedException"),
  TRANSFER_CONFLICT("TransferConflictException"),
  UNAUTHORIZED("UnauthorizedException"),
  UNKNOWN_OPERATION("UnknownOperationException"),
  UNRECOGNIZED_CLIENT("UnrecognizedClientException"),
  UNSUPPORTED_DOCUMENT_ENCODING("UnsupportedDocumentEncodingException"),
  UNSUPPORTED_MEDIA_TYPE("UnsupportedMediaTypeException"),
  VALIDATION("ValidationException"),
  VERSION_CONFLICT("VersionConflictException"),
  VERSIONS_LIMIT_EXCEEDED("VersionsLimitExceededException");

  private final String wireName;

  AwsError(String wireName) {
    this.wireName = wireName;
  }

  /** The error that clients know by this name. */
  public static AwsError named(String wireName) {
    for (AwsError error : values()) {
      if (error.wireName.equals(wireName)) {
        return error;
      }
    }
    throw new IllegalArgumentException("no error is called " + wireName);
  }

  /** The name in the {@code x-amzn-ErrorType} header. */
  public String wireName() {
    return wireName;
  }
}
