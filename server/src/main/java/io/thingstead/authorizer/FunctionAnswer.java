package io.thingstead.authorizer;

import io.thingstead.model.Limits;
import io.thingstead.model.policy.MalformedPolicyException;
import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicyDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an authorizer's function has said, read strictly. */
sealed interface FunctionAnswer {
  /** {@code isAuthenticated} is false. */
  record No() implements FunctionAnswer {}

  /**
   * @param documents as the function wrote them
   */
  record Yes(
      String principalId,
      List<String> documents,
      List<NamedPolicy> policies,
      int refreshAfterSeconds,
      int disconnectAfterSeconds)
      implements FunctionAnswer {
    public Yes {
      documents = List.copyOf(documents);
      policies = List.copyOf(policies);
    }
  }

  /** It is no answer. */
  final class InvalidException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidException(String why) {
      super(why, null, false, false);
    }

    String text() {
      return String.valueOf(getMessage());
    }
  }

  JsonMapper JSON = JsonMapper.builder().build();
  Pattern PRINCIPAL = Pattern.compile("[a-zA-Z0-9]{1,128}");
  int SECONDS_MIN = 300;
  int SECONDS_MAX = 86_400;

  /**
   * Reads an answer.
   *
   * @param authorizer its name, by which refusals call the policies
   */
  static FunctionAnswer parse(String authorizer, byte[] payload, Limits.Authorizers limits) {
    JsonNode json;
    try {
      json = JSON.readTree(payload);
    } catch (JacksonException e) {
      throw new InvalidException("the answer is not JSON");
    }
    if (!json.path("isAuthenticated").isBoolean()) {
      throw new InvalidException("isAuthenticated is not true or false");
    }
    if (!json.path("isAuthenticated").booleanValue()) {
      return new No();
    }
    String principal = json.path("principalId").asString("");
    if (!json.path("principalId").isString() || !PRINCIPAL.matcher(principal).matches()) {
      throw new InvalidException("principalId is not 1 to 128 letters or digits");
    }
    List<String> documents = documents(json.path("policyDocuments"), limits);
    return new Yes(
        principal,
        documents,
        policies(authorizer, documents),
        seconds(json, "refreshAfterInSeconds"),
        seconds(json, "disconnectAfterInSeconds"));
  }

  private static List<String> documents(JsonNode given, Limits.Authorizers limits) {
    if (!given.isArray() || given.isEmpty() || given.size() > limits.documents()) {
      throw new InvalidException(
          "policyDocuments is not a list of 1 to " + limits.documents() + " documents");
    }
    List<String> documents = new ArrayList<>();
    for (JsonNode each : given) {
      if (!each.isObject() && !each.isString()) {
        throw new InvalidException("a policy document is neither an object nor a string");
      }
      String text = each.isString() ? each.stringValue() : each.toString();
      if (text.length() > limits.documentChars()) {
        throw new InvalidException(
            "a policy document has more than " + limits.documentChars() + " characters");
      }
      documents.add(text);
    }
    return documents;
  }

  private static List<NamedPolicy> policies(String authorizer, List<String> documents) {
    List<NamedPolicy> policies = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      try {
        policies.add(
            new NamedPolicy(
                "authorizer " + authorizer,
                String.valueOf(i + 1),
                PolicyDocument.parse(documents.get(i))));
      } catch (MalformedPolicyException e) {
        throw new InvalidException("policy document " + (i + 1) + ": " + e.getMessage());
      }
    }
    return policies;
  }

  private static int seconds(JsonNode json, String name) {
    JsonNode given = json.path(name);
    if (!given.isIntegralNumber() || !given.canConvertToInt()) {
      throw new InvalidException(name + " is not a whole number");
    }
    int seconds = given.intValue();
    if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) {
      throw new InvalidException(
          name + " is " + seconds + ", not " + SECONDS_MIN + " to " + SECONDS_MAX);
    }
    return seconds;
  }
}
