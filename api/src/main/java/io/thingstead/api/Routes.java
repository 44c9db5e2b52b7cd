package io.thingstead.api;

import io.thingstead.api.Codec.Match;
import io.thingstead.api.UriPattern.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the operation of one service that a method and path mean. A literal beats a label and a
 * label a greedy one, at the first segment where two patterns differ; a pattern with a query beats
 * one without.
 */
final class Routes {
  private final Map<String, List<OperationShape>> byFirstLiteral = new HashMap<>();
  private final List<OperationShape> labelFirst = new ArrayList<>();

  Routes(Service service) {
    for (OperationShape operation : service.operations()) {
      List<Segment> segments = operation.uri().segments();
      if (!segments.isEmpty() && segments.getFirst() instanceof Segment.Literal(String text)) {
        byFirstLiteral.computeIfAbsent(text, _ -> new ArrayList<>()).add(operation);
      } else {
        labelFirst.add(operation);
      }
    }
    byFirstLiteral.values().forEach(list -> list.sort(MOST_SPECIFIC));
    labelFirst.sort(MOST_SPECIFIC);
  }

  private static final Comparator<OperationShape> MOST_SPECIFIC =
      Comparator.comparing(OperationShape::uri, Routes::compare);

  private static int compare(UriPattern a, UriPattern b) {
    for (int i = 0; i < Math.min(a.segments().size(), b.segments().size()); i++) {
      int difference = rank(a.segments().get(i)) - rank(b.segments().get(i));
      if (difference != 0) {
        return difference;
      }
    }
    int length = b.segments().size() - a.segments().size();
    return length != 0 ? length : b.query().size() - a.query().size();
  }

  private static int rank(Segment segment) {
    return switch (segment) {
      case Segment.Literal _ -> 0;
      case Segment.Label label -> label.greedy() ? 2 : 1;
    };
  }

  /** The operation of a request, or null when no operation has its path. */
  @Nullable Match find(ApiRequest request) {
    List<String> parts = UriPattern.split(request.path());
    String first = parts.isEmpty() ? null : Percent.decode(parts.getFirst());
    Match match =
        find(byFirstLiteral.getOrDefault(String.valueOf(first), List.of()), request, parts);
    if (match != null && match.operation() != null) {
      return match;
    }
    Match other = find(labelFirst, request, parts);
    return other == null ? match : other;
  }

  private static @Nullable Match find(
      List<OperationShape> operations, ApiRequest request, List<String> parts) {
    Map<String, List<String>> parameters = request.parameters();
    Match otherMethod = null;
    for (OperationShape operation : operations) {
      Map<String, String> labels = operation.uri().match(parts);
      if (labels == null || !operation.uri().accepts(parameters)) {
        continue;
      }
      if (operation.method().equals(request.method())) {
        return new Match(operation, labels);
      }
      otherMethod = new Match(null, Map.of());
    }
    return otherMethod;
  }
}
