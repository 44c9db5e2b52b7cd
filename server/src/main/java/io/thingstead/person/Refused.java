package io.thingstead.person;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;

/** The refusals that several operations share, in the words of the original. */
final class Refused {
  private Refused() {}

  static ApiException noSuch(String what, String name) {
    return new ApiException(
        AwsError.NO_SUCH_ENTITY, "The %s with name %s cannot be found.".formatted(what, name));
  }

  static ApiException exists(String what, String name) {
    return new ApiException(
        AwsError.ENTITY_ALREADY_EXISTS, "%s with name %s already exists.".formatted(what, name));
  }

  static ApiException quota(String quota, int limit) {
    return new ApiException(
        AwsError.LIMIT_EXCEEDED, "Cannot exceed quota for " + quota + ": " + limit);
  }

  static ApiException conflict(String message) {
    return new ApiException(AwsError.DELETE_CONFLICT, message);
  }
}
