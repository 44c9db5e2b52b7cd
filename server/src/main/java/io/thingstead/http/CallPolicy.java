package io.thingstead.http;

import io.thingstead.api.OperationShape;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;

/**
 * Whether a proven caller may call an operation at all. Administrators may call everything, a
 * certificate the data plane, anyone what needs no signature; what another signer may do to which
 * resource is the {@link Guard}'s question.
 */
final class CallPolicy {
  /** Refuses with AccessDenied or Forbidden. */
  void check(Call call, Plane plane, OperationShape operation) {
    switch (call.principal()) {
      case Principal.AccessKey _ -> {}
      case Principal.Certificate _ when plane == Plane.DATA -> {}
      case Principal.Certificate _ ->
          throw new ApiException(
              AwsError.FORBIDDEN, operation.name() + " is not for client certificates");
      case Principal.Vouched _ when plane == Plane.DATA -> {}
      case Principal.Vouched _ ->
          throw new ApiException(
              AwsError.FORBIDDEN,
              operation.name() + " is not for callers that a custom authorizer lets in");
      case Principal.Anonymous _ when operation.unsigned() -> {}
      case Principal.Anonymous _ ->
          throw new ApiException(AwsError.ACCESS_DENIED, "an anonymous caller may call nothing");
    }
  }
}
