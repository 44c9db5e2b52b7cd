package io.thingstead.http;

import io.thingstead.account.Account;
import io.thingstead.api.OperationShape;
import io.thingstead.api.Struct;
import io.thingstead.audit.Deed;
import io.thingstead.audit.Deeds;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import java.util.Map;
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

  private static final int NAMES_MAX = 10;
  private static final int NAME_CHARS_MAX = 256;

  private final Function<Account, Deeds> logs;

  Audit(Function<Account, Deeds> logs) {
    this.logs = logs;
  }

  /** Whether a call is a change of what an operator looks after; devices' data is none. */
  static boolean changes(Plane plane, OperationShape operation) {
    return plane == Plane.CONTROL && !READS.matcher(operation.name()).matches();
  }

  static boolean changes(String method) {
    return !method.equals("GET");
  }

  void done(Call call, String operation, Map<String, String> about) {
    logs.apply(call.account()).changed(deed(call, operation, about, Deed.DONE, ""));
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
