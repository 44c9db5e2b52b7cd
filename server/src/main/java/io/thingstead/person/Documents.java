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
   * A document that is to say who may assume a role.
   *
   * @param charsMax white space not counted
   * @throws ApiException MalformedPolicyDocument, saying where and why; LimitExceeded
   */
  static TrustPolicy trust(String text, int charsMax) {
    if (chars(text) > charsMax) {
      throw Refused.quota("ACLSizePerRole", charsMax);
    }
    return trust(text);
  }

  /** A document that says who may assume a role. */
  static TrustPolicy trust(String text) {
    return TrustPolicy.parse(text);
  }

  /** Its characters, white space not counted. */
  static int chars(String text) {
    return (int) text.chars().filter(c -> !Character.isWhitespace(c)).count();
  }
}
