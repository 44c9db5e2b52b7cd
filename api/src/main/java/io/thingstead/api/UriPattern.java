package io.thingstead.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The path and query of an operation, such as {@code /things/{thingName}/shadow} or {@code
 * /layers?find=LayerVersion}.
 *
 * @param segments literals and labels between slashes; at most one label is greedy
 * @param query literals that the query must have; the value "" stands for any
 */
public record UriPattern(List<Segment> segments, Map<String, String> query) {
  /** A part of a path. */
  public sealed interface Segment {
    /** Matches its own text, percent-encoded or not. */
    record Literal(String text) implements Segment {}

    /**
     * @param greedy takes one or more segments, slashes included
     */
    record Label(String name, boolean greedy) implements Segment {}
  }

  /** Reads the form that models use: {@code {label}}, {@code {label+}}, {@code ?literal=value}. */
  public static UriPattern parse(String text) {
    int mark = text.indexOf('?');
    String path = mark < 0 ? text : text.substring(0, mark);
    List<Segment> segments = new ArrayList<>();
    for (String part : split(path)) {
      if (!part.startsWith("{")) {
        segments.add(new Segment.Literal(part));
      } else {
        boolean greedy = part.endsWith("+}");
        String name = part.substring(1, part.length() - (greedy ? 2 : 1));
        segments.add(new Segment.Label(name, greedy));
      }
    }
    Map<String, String> query = new TreeMap<>();
    if (mark >= 0) {
      for (String pair : text.substring(mark + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        query.put(
            equals < 0 ? pair : pair.substring(0, equals),
            equals < 0 ? "" : pair.substring(equals + 1));
      }
    }
    return new UriPattern(List.copyOf(segments), Map.copyOf(query));
  }

  /** The segments of a raw path; a slash at its end adds none. */
  static List<String> split(String path) {
    String inner = path.startsWith("/") ? path.substring(1) : path;
    if (inner.endsWith("/")) {
      inner = inner.substring(0, inner.length() - 1);
    }
    return inner.isEmpty() ? List.of() : List.of(inner.split("/", -1));
  }

  /**
   * Matches a path.
   *
   * @param parts of the raw path, still percent-encoded, as {@link #split} gives them
   * @return the raw values of the labels, or null when it does not match
   */
  @Nullable Map<String, String> match(List<String> parts) {
    int spare = parts.size() - segments.size();
    Map<String, String> labels = new TreeMap<>();
    int at = 0;
    for (Segment segment : segments) {
      if (at >= parts.size()) {
        return null;
      }
      switch (segment) {
        case Segment.Literal(String text) -> {
          if (!text.equals(parts.get(at)) && !text.equals(Percent.decode(parts.get(at)))) {
            return null;
          }
          at++;
        }
        case Segment.Label(String name, boolean greedy) -> {
          int end = at + 1 + (greedy ? Math.max(spare, 0) : 0);
          String value = String.join("/", parts.subList(at, Math.min(end, parts.size())));
          if (value.isEmpty()) {
            return null;
          }
          labels.put(name, value);
          at = end;
        }
      }
    }
    return at == parts.size() ? labels : null;
  }

  /** Whether the query has all the literals of this pattern. */
  boolean accepts(Map<String, List<String>> parameters) {
    return query.entrySet().stream()
        .allMatch(
            literal -> {
              List<String> values = parameters.get(literal.getKey());
              return values != null
                  && (literal.getValue().isEmpty() || values.contains(literal.getValue()));
            });
  }
}
