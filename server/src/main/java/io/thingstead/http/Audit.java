package io.thingstead.http;

import io.thingstead.account.Account;
import io.thingstead.api.OperationShape;
import io.thingstead.api.Struct;
import io.thingstead.audit.Deed;
import io.thingstead.audit.Deeds;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Which calls are written down, and what of them: names, never content, for that may be secret. */
final class Audit {
  private static final Pattern READS =
      Pattern.compile("(Get|List|Describe|Search|Test|Validate|BatchGet|Head|Query)[A-Z].*");

  /** Members of a request that say what it is about. */
  private static final Pattern NAMES =
      Pattern.compile("(?i)(.*(name|id|arn)|target|principal|resource)");

  /** What gives credentials, or an identity to ask for some by. */
  private static final Set<String> CREDENTIALS =
      Set.of(
          "AssumeRole",
          "AssumeRoleWithWebIdentity",
          "GetCredentialsForIdentity",
          "GetId",
          "GetOpenIdToken",
          "GetSessionToken");

  /** What is done with things, and changes none of them. */
  private static final Set<String> USES =
      Set.of("Invoke", "InvokeAsync", "InvokeWithResponseStream");

  private static final int NAMES_MAX = 10;
  private static final int NAME_CHARS_MAX = 256;

  private final Function<Account, Deeds> logs;

  Audit(Function<Account, Deeds> logs) {
    this.logs = logs;
  }

  /** What a call is to an operator. */
  enum Sort {
    /** Devices' data: none of it is written down. */
    DATA,
    /** Only its refusal is written down. */
    READ,
    CHANGE,
    CREDENTIALS
  }

  static Sort of(Plane plane, OperationShape operation) {
    String name = operation.name();
    if (plane == Plane.DATA) {
      return Sort.DATA;
    }
    if (CREDENTIALS.contains(name)) {
      return Sort.CREDENTIALS;
    }
    return USES.contains(name) || READS.matcher(name).matches() ? Sort.READ : Sort.CHANGE;
  }

  static Sort of(String method) {
    return method.equals("GET") ? Sort.READ : Sort.CHANGE;
  }

  void done(Sort sort, Call call, String operation, Map<String, String> about) {
    switch (sort) {
      case DATA, READ -> {}
      case CHANGE ->
          logs.apply(call.account()).changed(deed(call, operation, about, Deed.DONE, ""));
      case CREDENTIALS ->
          logs.apply(call.account()).issued(deed(call, operation, about, Deed.DONE, ""));
    }
  }

  void refused(Call call, String operation, Map<String, String> about, ApiException refusal) {
    logs.apply(call.account())
        .refused(deed(call, operation, about, refusal.error().wireName(), refusal.text()));
  }

  private static Deed deed(
      Call call, String operation, Map<String, String> about, String decision, String why) {
    return new Deed(
        call.requestId(),
        operation,
        about,
        call.principal().id(),
        arn(call.principal()),
        call.sourceIp().getHostAddress(),
        decision,
        why);
  }

  private static String arn(Principal principal) {
    return switch (principal) {
      case Principal.AccessKey key -> key.arn();
      case Principal.Certificate certificate -> certificate.arn();
      case Principal.Vouched _, Principal.Anonymous _ -> "";
    };
  }

  /** What a request is about, by the names that it gives. */
  static Map<String, String> about(Struct input) {
    Map<String, String> about = new TreeMap<>();
    input
        .members()
        .forEach(
            (name, value) -> {
              if (value instanceof String text
                  && about.size() < NAMES_MAX
                  && NAMES.matcher(name).matches()) {
                about.put(name, text.substring(0, Math.min(text.length(), NAME_CHARS_MAX)));
              }
            });
    return about;
  }
}
