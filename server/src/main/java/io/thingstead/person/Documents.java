package io.thingstead.person;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.policy.MalformedPolicyException;
import io.thingstead.model.policy.PolicyDocument;

/** Reads the policy documents of users, roles and sessions. */
final class Documents {
  private Documents() {}

  /**
   * A document that says what may be done.
   *
   * @throws ApiException MalformedPolicyDocument, saying where and why
   */
  static PolicyDocument parse(String text) {
    try {
      return PolicyDocument.parse(text);
    } catch (MalformedPolicyException e) {
      throw new ApiException(AwsError.MALFORMED_POLICY_DOCUMENT, e.text());
    }
  }

  /**
   * A document that says who may assume a role.
   *
   * @throws ApiException MalformedPolicyDocument, saying where and why
   */
  static TrustPolicy trust(String text) {
    if (chars(text) > PersonLimits.TRUST_CHARS) {
      throw Refused.quota("ACLSizePerRole", PersonLimits.TRUST_CHARS);
    }
    return TrustPolicy.parse(text);
  }

  /** Its characters, white space not counted. */
  static int chars(String text) {
    return (int) text.chars().filter(c -> !Character.isWhitespace(c)).count();
  }
}
