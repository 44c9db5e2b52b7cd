package io.thingstead.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An HTTP request as protocols see it.
 *
 * @param path raw, as it came, percent-encoded
 * @param query raw, without the question mark; empty when there is none
 */
public record ApiRequest(String method, String path, String query, Headers headers, byte[] body) {
  /** The query's parameters, decoded, in the order they came; what cannot be decoded stays raw. */
  public Map<String, List<String>> parameters() {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    for (String pair : query.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
        parameters.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
      }
    }
    return parameters;
  }

  private static String decoded(String raw) {
    String text = Percent.decode(raw);
    return text == null ? raw : text;
  }
}
