package io.thingstead.bench;

import io.thingstead.bench.load.LoadGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Measures this server and Debian's Mosquitto side by side and writes the ratios down. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "This server against Mosquitto: one scenario after the other, rounds interleaved.",
    footer = "Example: ./thingstead bench --scenarios fanin_q0,pairs_q1 --rounds 3")
public final class Compare implements Callable<Integer> {
  /** What a scenario may fall to in CI, of its floor: a busy machine is no reason to fail. */
  private static final double CHECKED_SHARE = 0.7;

  /**
   * How often what is below is measured again: a latency of tenths of a millisecond is easily
   * disturbed.
   */
  private static final int LOOKS_AGAIN = 3;

  /** What makes a measurement short enough for CI. */
  private static final String SHORT = "--warm 0.3 --secs 0.8 --mincpu 0.4 --maxsecs 3 --hold 0.2";

  /** Handshakes cost a millisecond of CPU each, so CI has fewer of them. */
  private static final String SHORT_TLS = " --subs 3000";

  private static final int ROUNDS_AGAIN = 3;

  @Mixin private final Server server = new Server();

  @Option(names = "--scenarios", split = ",", description = "names from the table; default all")
  List<String> scenarios = new ArrayList<>();

  @Option(names = "--rounds")
  int rounds = 3;

  @Option(names = "--warm-cpu", description = "CPU seconds this server works before it is measured")
  double warmCpuSeconds = 8;

  @Option(
      names = "--check",
      description =
          "short, writes no report, and fails when a score is below 70 %% of its floor (measured"
              + " again up to three times, in three rounds each)")
  boolean check;

  @Mixin private final Report report = new Report();

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Compare()).setOverwrittenOptionsAllowed(true).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("thingstead-bench");
    Mosquitto mosquitto = new Mosquitto(directory, server.certificates());
    List<Match> matches =
        Match.ALL.stream()
            .filter(match -> scenarios.isEmpty() || scenarios.contains(match.name()))
            .map(match -> check ? shortened(match) : match)
            .toList();
    List<Scores> all = new ArrayList<>();
    for (Match match : matches.stream().filter(Match::fresh).toList()) {
      Scores scores = playFresh(match, directory, mosquitto);
      all.add(
          check && !scores.holds(CHECKED_SHARE) ? playFresh(match, directory, mosquitto) : scores);
    }
    List<Match> others = matches.stream().filter(match -> !match.fresh()).toList();
    if (!others.isEmpty()) {
      try (Contestant ours = server.start(directory)) {
        warm(ours);
        for (Match match : others) {
          all.add(play(match, ours, mosquitto, check ? 1 : rounds));
        }
        for (int look = 0; check && look < LOOKS_AGAIN; look++) {
          again(all, ours, mosquitto);
        }
      }
    }
    String table = table(all);
    System.out.println("\n" + table);
    if (!check) {
      report.append(
          "Beside Mosquitto",
          rounds + " rounds, median of those that nothing disturbed; " + server.settings(),
          table);
      return 0;
    }
    List<String> fallen = fallen(all).stream().map(scores -> scores.match().name()).toList();
    if (!fallen.isEmpty()) {
      System.out.println("Below 70 % of the floor: " + String.join(", ", fallen));
    }
    return fallen.isEmpty() ? 0 : 1;
  }

  private static Match shortened(Match match) {
    return match.with(match.way() == Match.Way.PLAIN ? SHORT : SHORT + SHORT_TLS);
  }

  private static List<Scores> fallen(List<Scores> all) {
    return all.stream().filter(scores -> !scores.holds(CHECKED_SHARE)).toList();
  }

  // Nothing is said to be slow on one short look.
  private void again(List<Scores> all, Contestant ours, Mosquitto mosquitto)
      throws IOException, InterruptedException {
    for (Scores scores : fallen(all)) {
      Match match = scores.match();
      if (!match.fresh()) {
        all.set(all.indexOf(scores), play(match, ours, mosquitto, ROUNDS_AGAIN));
      }
    }
  }

  private Scores playFresh(Match match, Path directory, Mosquitto mosquitto)
      throws IOException, InterruptedException {
    try (Contestant ours = server.start(directory)) {
      return play(match, ours, mosquitto, 1);
    }
  }

  // Also lets the generator's own code be compiled.
  private void warm(Contestant ours) {
    String pairs = "--scenario pairs --qos 1 --pubs 100 --window 4 --warm 0 --secs 1 --maxsecs 20";
    List<String> arguments = new ArrayList<>(Match.words(pairs));
    arguments.addAll(List.of("--mincpu", Double.toString(warmCpuSeconds)));
    arguments.addAll(ours.arguments(Match.Way.PLAIN));
    System.out.println(LoadGenerator.measure(arguments));
  }

  private Scores play(Match match, Contestant ours, Mosquitto mosquitto, int rounds)
      throws IOException, InterruptedException {
    Scores scores = new Scores(match, ours.name(), Mosquitto.NAME);
    // One that has done nothing else: what it stored for a former scenario makes it slower.
    try (Contestant peer = mosquitto.start()) {
      for (int round = 0; round < rounds; round++) {
        if (round % 2 == 0) {
          scores.add(ours.name(), run(ours, match, match.ours()));
        }
        scores.add(peer.name(), run(peer, match, match.peers()));
        if (round % 2 == 1) {
          scores.add(ours.name(), run(ours, match, match.ours()));
        }
      }
    }
    return scores;
  }

  private ObjectNode run(Contestant contestant, Match match, List<String> scenario) {
    List<String> arguments = new ArrayList<>(scenario);
    arguments.addAll(contestant.arguments(match.way()));
    ObjectNode result = LoadGenerator.measure(arguments);
    System.out.println(result);
    if (check || match.fresh() || !Scores.disturbed(result)) {
      return result;
    }
    // A busy moment may pass.
    ObjectNode second = LoadGenerator.measure(arguments);
    System.out.println(second);
    return second.path("other_cpu").asDouble() < result.path("other_cpu").asDouble()
        ? second
        : result;
  }

  private String table(List<Scores> all) {
    StringBuilder table = new StringBuilder(Scores.header(Server.NAME, Mosquitto.NAME));
    all.forEach(scores -> table.append(scores.rows()));
    all.forEach(scores -> scores.errors().forEach(error -> table.append("\n- ").append(error)));
    return table.toString();
  }
}
