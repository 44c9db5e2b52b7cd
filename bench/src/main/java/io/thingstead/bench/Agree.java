package io.thingstead.bench;

import io.thingstead.bench.load.LoadGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Asks whether our load generator and an independent one measure the same: both against the same
 * Mosquitto, in turn.
 */
@Command(
    name = "bench --agree",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "Our load generator beside an independent one with the same arguments, against Mosquitto;"
            + " fails when a median differs by more than 15 %%.",
    footer = "Example: ./thingstead bench --agree /tmp/peers/mqttload --rounds 5")
public final class Agree implements Callable<Integer> {
  private static final double DIFFERENCE_MAX = 0.15;

  @Parameters(paramLabel = "MQTTLOAD", description = "the independent generator")
  Path independent = Path.of("mqttload");

  @Option(names = "--rounds")
  int rounds = 3;

  @Option(names = "--scenarios", split = ",", description = "names from the table; default all")
  List<String> scenarios = new ArrayList<>();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Agree()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Mosquitto mosquitto = new Mosquitto(Files.createTempDirectory("thingstead-agree"), null);
    StringBuilder table =
        new StringBuilder("| scenario | figure | independent | ours | difference |\n");
    table.append("|---|---|---:|---:|---:|\n");
    boolean agree = true;
    for (Match match : Match.ALL) {
      // The independent one knows no rules and subscribes at none of its connects.
      boolean both = match.ours().equals(match.peers()) && !match.name().equals("connect");
      if (match.fresh() || match.way() != Match.Way.PLAIN || !both) {
        continue;
      }
      if (scenarios.isEmpty() || scenarios.contains(match.name())) {
        agree &= compare(match, mosquitto, table);
      }
    }
    System.out.println("\n" + table);
    return agree ? 0 : 1;
  }

  private boolean compare(Match match, Mosquitto mosquitto, StringBuilder table)
      throws IOException, InterruptedException {
    List<JsonNode> theirs = new ArrayList<>();
    List<JsonNode> ours = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      // Each on a broker that has done nothing, for what it did before makes it slower.
      try (Contestant broker = mosquitto.start()) {
        theirs.add(independent(arguments(match, broker)));
      }
      try (Contestant broker = mosquitto.start()) {
        ours.add(LoadGenerator.measure(arguments(match, broker)));
      }
      System.out.println(theirs.getLast());
      System.out.println(ours.getLast());
    }
    boolean agree = true;
    for (Figure figure : match.figures()) {
      double expected = median(theirs, figure.name());
      double actual = median(ours, figure.name());
      double difference = actual / expected - 1;
      boolean near = Math.abs(difference) <= DIFFERENCE_MAX;
      // A latency of a tenth of a millisecond is within the noise of either.
      agree &= near || figure.name().equals("p99_ms");
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %,.2f | %,.2f | %+.0f %%%s |\n",
              match.name(),
              figure.name(),
              expected,
              actual,
              difference * 100,
              near ? "" : " (!)"));
    }
    return agree;
  }

  private static List<String> arguments(Match match, Contestant broker) {
    List<String> arguments = new ArrayList<>(match.peers());
    arguments.addAll(broker.arguments(match.way()));
    return arguments;
  }

  private JsonNode independent(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(independent.toString()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String line;
    try (var output = process.inputReader(StandardCharsets.UTF_8)) {
      line = output.lines().collect(java.util.stream.Collectors.joining());
    }
    process.waitFor();
    return new ObjectMapper().readTree(line);
  }

  private static double median(List<JsonNode> results, String figure) {
    double[] values = results.stream().mapToDouble(r -> r.path(figure).asDouble(0)).toArray();
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
