package io.thingstead.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What all rounds of one scenario gave, and its lines in the table. */
final class Scores {
  /** CPUs used by others, or taken by the hypervisor, above which a run is not to be trusted. */
  private static final double DISTURBED_CPU = 0.3;

  private final Match match;
  private final String ours;
  private final String peer;
  private final Map<String, List<ObjectNode>> results = new LinkedHashMap<>();

  /**
   * @param ours name of this server in the table
   * @param peer name of the other
   */
  Scores(Match match, String ours, String peer) {
    this.match = match;
    this.ours = ours;
    this.peer = peer;
  }

  Match match() {
    return match;
  }

  void add(String contestant, ObjectNode result) {
    results.computeIfAbsent(contestant, _ -> new ArrayList<>()).add(result);
  }

  /** Whether others took so much of the machine that this result says little. */
  static boolean disturbed(ObjectNode result) {
    return result.path("other_cpu").asDouble(0) > DISTURBED_CPU
        || result.path("stolen_cpu").asDouble(0) > DISTURBED_CPU;
  }

  static String header(String ours, String peer) {
    return """
    | scenario | figure | %s | %s | score | floor | aim | p99 ms | others' CPU | remarks |
    | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
    """
        .formatted(ours, peer);
  }

  /** A row for each figure. */
  String rows() {
    StringBuilder rows = new StringBuilder();
    match.figures().forEach(figure -> rows.append(row(figure)));
    return rows.toString();
  }

  /** Whether this share of every floor is held. */
  boolean holds(double share) {
    return match.figures().stream().allMatch(figure -> figure.holds(score(figure), share));
  }

  private double score(Figure figure) {
    return figure.score(median(ours, figure.name()), median(peer, figure.name()));
  }

  private String row(Figure figure) {
    double score = score(figure);
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %s | %s | %s | %s | %s / %s | %s | %s |\n",
        match.name(),
        figure.name(),
        number(median(ours, figure.name())),
        number(median(peer, figure.name())),
        number(score),
        figure.hasFloor() ? number(figure.floor()) : "-",
        number(figure.aim()),
        number(median(ours, "p99_ms")),
        number(median(peer, "p99_ms")),
        number((median(ours, "other_cpu") + median(peer, "other_cpu")) / 2),
        String.join(", ", remarks(figure, score)));
  }

  private List<String> remarks(Figure figure, double score) {
    List<String> remarks = new ArrayList<>();
    if (!figure.holds(score, 1)) {
      remarks.add("**below the floor**");
    }
    results.forEach(
        (contestant, all) -> {
          long lost = all.stream().mapToLong(result -> result.path("lost").asLong(0)).sum();
          if (lost > 0) {
            remarks.add("**%s lost %,d**".formatted(contestant, lost));
          }
          long disturbed = all.stream().filter(Scores::disturbed).count();
          if (disturbed > 0) {
            remarks.add(
                "%s disturbed in %d of %d rounds".formatted(contestant, disturbed, all.size()));
          }
        });
    return remarks;
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

  /**
   * Of the rounds that nothing disturbed, or of all when there is none; then the least latency, for
   * a disturbance only adds to it.
   */
  private double median(String contestant, String figure) {
    List<ObjectNode> all = results.getOrDefault(contestant, List.of());
    List<ObjectNode> quiet = all.stream().filter(result -> !disturbed(result)).toList();
    double[] values =
        (quiet.isEmpty() ? all : quiet)
            .stream()
                .map(result -> result.get(figure))
                .filter(value -> value != null && value.isNumber())
                .mapToDouble(JsonNode::doubleValue)
                .sorted()
                .toArray();
    if (values.length == 0) {
      return Double.NaN;
    }
    if (quiet.isEmpty() && figure.endsWith("_ms")) {
      return values[0];
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
