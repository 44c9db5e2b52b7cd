package io.thingstead.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What all rounds of one scenario gave, and its line in the table. */
final class Scores {
  private final Match match;
  private final Map<String, List<ObjectNode>> results = new LinkedHashMap<>();

  Scores(Match match) {
    this.match = match;
  }

  void add(String contestant, ObjectNode result) {
    results.computeIfAbsent(contestant, _ -> new ArrayList<>()).add(result);
  }

  static String header(String ours, String peer) {
    return """
    | scenario | figure | %s | %s | ratio | p99 ms | CPU used by others |
    | --- | --- | ---: | ---: | ---: | ---: | ---: |
    """
        .formatted(ours, peer);
  }

  /** A row for each figure; the ratio says how many times better ours is. */
  String rows(String ours, String peer) {
    StringBuilder rows = new StringBuilder();
    match.figures().forEach(figure -> rows.append(row(figure, ours, peer)));
    return rows.toString();
  }

  private String row(String figure, String ours, String peer) {
    double own = median(ours, figure);
    double other = median(peer, figure);
    double ratio = match.fresh() ? other / own : own / other;
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %s | %s | %s / %s | %s |\n",
        match.name(),
        figure,
        number(own),
        number(other),
        Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f", ratio) : "-",
        number(median(ours, "p99_ms")),
        number(median(peer, "p99_ms")),
        number((median(ours, "other_cpu") + median(peer, "other_cpu")) / 2));
  }

  /** What went wrong, a line each. */
  List<String> errors() {
    List<String> errors = new ArrayList<>();
    results.forEach(
        (contestant, all) ->
            all.stream()
                .filter(result -> result.has("error"))
                .map(result -> match.name() + ", " + contestant + ": " + result.get("error"))
                .distinct()
                .forEach(errors::add));
    return errors;
  }

  private double median(String contestant, String figure) {
    double[] values =
        results.getOrDefault(contestant, List.of()).stream()
            .map(result -> result.get(figure))
            .filter(value -> value != null && value.isNumber())
            .mapToDouble(JsonNode::doubleValue)
            .sorted()
            .toArray();
    if (values.length == 0) {
      return Double.NaN;
    }
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return String.format(Locale.ROOT, value >= 1000 ? "%,.0f" : "%.2f", value);
  }
}
