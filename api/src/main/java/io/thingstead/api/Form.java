package io.thingstead.api;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a form as a tree, whose levels the dots in their names part: {@code
 * Tags.member.1.Key=a}.
 */
final class Form {
  private static final String MEDIA_TYPE = "application/x-www-form-urlencoded";
  private static final int LEVELS_MAX = 64;

  private final Map<String, Form> children = new LinkedHashMap<>();
  private @Nullable String value;

  private Form() {}

  /** Whether the request says that its body is a form. */
  static boolean isBody(ApiRequest request) {
    String type = request.headers().first("Content-Type");
    return type != null && type.strip().toLowerCase(Locale.ROOT).startsWith(MEDIA_TYPE);
  }

  /** Reads the parameters of a request: those of the body, or of the query when there is none. */
  static Form of(ApiRequest request) {
    boolean inBody = request.body().length > 0;
    return parse(inBody ? RestJson.utf8(request.body(), "the form") : request.query());
  }

  private static Form parse(String text) {
    Form root = new Form();
    for (String pair : text.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
        root.put(name, equals < 0 ? "" : decoded(pair.substring(equals + 1)));
      }
    }
    return root;
  }

  private static String decoded(String raw) {
    String text = Percent.decode(raw.replace('+', ' '));
    if (text == null) {
      throw Refusal.wrongKind("the form", "percent-encoded UTF-8");
    }
    return text;
  }

  private void put(String name, String text) {
    Form at = this;
    String[] steps = name.split("\\.", LEVELS_MAX + 1);
    if (steps.length > LEVELS_MAX) {
      throw Refusal.unreadable("a parameter's name has more than " + LEVELS_MAX + " parts");
    }
    for (String step : steps) {
      at = at.children.computeIfAbsent(step, _ -> new Form());
    }
    if (at.value != null) {
      throw new ApiException(
          AwsError.SERIALIZATION, "the parameter " + Refusal.shown(name) + " is given twice");
    }
    at.value = text;
  }

  /** What lies under a name, or null. */
  @Nullable Form get(String name) {
    return children.get(name);
  }

  /** The value given for the very name, or null. */
  @Nullable String value() {
    return value;
  }

  /** What lies below, by the next part of its name. */
  Map<String, Form> children() {
    return children;
  }
}
