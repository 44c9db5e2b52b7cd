package io.thingstead.person;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicyDocument;
import io.thingstead.model.policy.PolicySet;
import io.thingstead.model.policy.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who may assume a role: a policy document whose statements have a Principal and no Resource (IAM
 * guide: "AWS JSON policy elements: Principal").
 */
final class TrustPolicy {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Set<String> KINDS = Set.of("AWS", "Service", "Federated");
  private static final String ANYONE = "*";

  private final List<Trust> trusts;

  /**
   * One statement.
   *
   * @param principals by kind; anyone is {@code *} of AWS
   * @param others speaks of everyone but these
   * @param document the statement about every resource
   */
  private record Trust(Map<String, Set<String>> principals, boolean others, NamedPolicy document) {
    boolean speaksOf(Trustee trustee) {
      Set<String> named = principals.getOrDefault(trustee.kind(), Set.of());
      boolean anyone = principals.getOrDefault("AWS", Set.of()).contains(ANYONE);
      boolean meant =
          trustee.own().stream().anyMatch(named::contains)
              || trustee.account().stream().anyMatch(named::contains);
      return (anyone || meant) != others;
    }

    boolean names(Trustee trustee) {
      Set<String> named = principals.getOrDefault(trustee.kind(), Set.of());
      return !others && trustee.own().stream().anyMatch(named::contains);
    }
  }

  /**
   * Who wants to assume it.
   *
   * @param kind {@code AWS}, {@code Service} or {@code Federated}
   * @param own the names of itself
   * @param account the names of its whole account
   */
  record Trustee(String kind, List<String> own, List<String> account) {
    static Trustee service(String name) {
      return new Trustee("Service", List.of(name), List.of());
    }

    static Trustee federated(String provider) {
      return new Trustee("Federated", List.of(provider), List.of());
    }
  }

  private TrustPolicy(List<Trust> trusts) {
    this.trusts = trusts;
  }

  /**
   * Reads a document.
   *
   * @throws ApiException MalformedPolicyDocument, saying why it is none
   */
  static TrustPolicy parse(String text) {
    JsonNode document = tree(text);
    JsonNode statements = document.path("Statement");
    List<Trust> trusts = new ArrayList<>();
    for (JsonNode each :
        statements.isArray() ? statements : JSON.createArrayNode().add(statements)) {
      trusts.add(trust(document, each, trusts.size() + 1));
    }
    if (trusts.isEmpty()) {
      throw malformed("the document has no Statement");
    }
    return new TrustPolicy(trusts);
  }

  private static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      throw malformed("invalid JSON: " + e.getOriginalMessage());
    }
  }

  private static Trust trust(JsonNode document, JsonNode given, int number) {
    if (!(given instanceof ObjectNode object)) {
      throw malformed("statement " + number + " is no JSON object");
    }
    ObjectNode statement = object.deepCopy();
    if (statement.has("Resource") || statement.has("NotResource")) {
      throw malformed(
          "statement " + number + " has a resource: a trust policy speaks of its own role");
    }
    boolean others = statement.has("NotPrincipal");
    JsonNode principal = statement.remove(others ? "NotPrincipal" : "Principal");
    statement.put("Resource", ANYONE);
    ObjectNode alone = JSON.createObjectNode();
    if (document.has("Version")) {
      alone.set("Version", document.path("Version"));
    }
    alone.putArray("Statement").add(statement);
    // Read as any other, so that actions, conditions and the rest mean the same.
    PolicyDocument read = Documents.parse(JSON.writeValueAsString(alone));
    return new Trust(
        principals(principal, number),
        others,
        new NamedPolicy("the role's trust policy", String.valueOf(number), read));
  }

  private static Map<String, Set<String>> principals(@Nullable JsonNode principal, int number) {
    if (principal != null && principal.isString() && principal.asString().equals(ANYONE)) {
      return Map.of("AWS", Set.of(ANYONE));
    }
    if (!(principal instanceof ObjectNode kinds) || kinds.isEmpty()) {
      throw malformed(
          "statement %d needs a Principal: {\"AWS\": …}, {\"Service\": …} or {\"Federated\": …}"
              .formatted(number));
    }
    Map<String, Set<String>> principals = new HashMap<>();
    for (Map.Entry<String, JsonNode> kind : kinds.properties()) {
      if (!KINDS.contains(kind.getKey())) {
        throw malformed(
            "statement %d has a principal of kind '%s', not one of AWS, Service, Federated"
                .formatted(number, kind.getKey()));
      }
      principals.put(kind.getKey(), texts(kind.getValue(), number));
    }
    return principals;
  }

  private static Set<String> texts(JsonNode value, int number) {
    Set<String> texts = new HashSet<>();
    for (JsonNode each : value.isArray() ? value : JSON.createArrayNode().add(value)) {
      if (!each.isString()) {
        throw malformed("statement " + number + " has a principal that is no text");
      }
      texts.add(each.asString());
    }
    return texts;
  }

  private static ApiException malformed(String message) {
    return new ApiException(AwsError.MALFORMED_POLICY_DOCUMENT, message);
  }

  /** What it says of somebody. */
  enum Answer {
    /** Names the caller, and allows it. */
    NAMED,
    /** Allows it by naming its account, or anyone: the caller's own policies must allow it too. */
    ACCOUNT,
    REFUSED
  }

  /**
   * Whether somebody may assume the role.
   *
   * @param action such as {@code sts:AssumeRole}
   * @param facts the values of a variable, none when it has no value
   */
  Answer decide(Trustee trustee, String action, Function<String, List<String>> facts) {
    List<NamedPolicy> about = new ArrayList<>();
    List<NamedPolicy> naming = new ArrayList<>();
    for (Trust trust : trusts) {
      if (trust.speaksOf(trustee)) {
        about.add(trust.document);
      }
      if (trust.names(trustee)) {
        naming.add(trust.document);
      }
    }
    if (!allows(about, action, facts)) {
      return Answer.REFUSED;
    }
    return allows(naming, action, facts) ? Answer.NAMED : Answer.ACCOUNT;
  }

  private static boolean allows(
      List<NamedPolicy> documents, String action, Function<String, List<String>> facts) {
    Verdict verdict = PolicySet.of(documents).bind(facts).decide(action, ANYONE);
    return verdict.allowed();
  }
}
