package io.thingstead.api;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A constraint of a model that a value breaks.
 *
 * @param path names (String) and list indexes (Integer)
 * @param value its text; empty when it is not told; null when it is absent
 * @param length when it is the length that is wrong
 * @param rule what the value must do
 */
record Violation(List<Object> path, @Nullable String value, @Nullable Integer length, String rule) {
  private static final int VALUE_TOLD_MAX = 256;

  /** The refusal of a request, in the service's own form. */
  static ApiException refusal(
      Service.Facts facts, OperationShape operation, List<Violation> violations) {
    String count =
        violations.size() == 1
            ? "1 validation error detected"
            : violations.size() + " validation errors detected";
    AwsError error = AwsError.named(error(facts, operation));
    if (!facts.smithyMessages()) {
      return new ApiException(
          error,
          count
              + ": "
              + violations.stream().map(Violation::told).collect(Collectors.joining("; ")));
    }
    String message =
        count + ". " + violations.stream().map(Violation::smithy).collect(Collectors.joining("; "));
    List<Map<String, String>> fields =
        violations.stream().map(v -> Map.of("message", v.smithy(), "path", v.pointer())).toList();
    return new ApiException(error, message, Map.of("fieldList", JsonText.of(fields)));
  }

  // Newer operations of an old service (packages, commands) have errors of the newer kind.
  private static String error(Service.Facts facts, OperationShape operation) {
    String newer = AwsError.VALIDATION.wireName();
    List<String> errors = operation.errors();
    return errors.contains(newer) && !errors.contains(facts.validationError())
        ? newer
        : facts.validationError();
  }

  // The form of the older services: Value 'a b' at 'tags.1.member.key' failed ...
  private String told() {
    String shown =
        value == null
            ? "Value null"
            : value.isEmpty() || value.length() > VALUE_TOLD_MAX
                ? "Value"
                : "Value '" + value + "'";
    return shown + " at '" + dotted() + "' failed to satisfy constraint: " + rule;
  }

  private String dotted() {
    StringBuilder out = new StringBuilder();
    for (Object step : path) {
      out.append(out.isEmpty() ? "" : ".");
      out.append(step instanceof Integer index ? (index + 1) + ".member" : step);
    }
    return out.toString();
  }

  private String smithy() {
    String measured = length == null ? "Value" : "Value with length " + length;
    return measured + " at '" + pointer() + "' failed to satisfy constraint: " + rule;
  }

  private String pointer() {
    return "/" + path.stream().map(Object::toString).collect(Collectors.joining("/"));
  }
}
