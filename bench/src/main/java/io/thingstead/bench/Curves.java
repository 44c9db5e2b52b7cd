package io.thingstead.bench;

import io.thingstead.bench.load.LoadGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** What this server's work costs as there is more of everything: a table for each kind. */
@Command(
    name = "bench --curves",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "Idle connections, subscriptions and offline sessions, in growing numbers: memory, CPU,"
            + " time to match, to connect and to start again.",
    footer = "Example: ./thingstead bench --curves --sessions 1000,100000")
public final class Curves implements Callable<Integer> {
  @Mixin private final Server server = new Server();
  @Mixin private final Report report = new Report();

  /** Descriptors that are left to files and to the generator's own use. */
  private static final int DESCRIPTORS_SPARED = 500;

  private static final String SESSION = "--qos 1 --filters 3 --queued 2 --window 100 --msgs ";

  @Option(
      names = "--idle",
      split = ",",
      description = "so many connections; 0: as many as descriptors allow")
  List<Integer> idle = List.of(1_000, 10_000, 0);

  @Option(names = "--subscriptions", split = ",", description = "so many, of 50 clients")
  List<Integer> subscriptions = List.of(1_000, 10_000, 100_000, 1_000_000);

  @Option(names = "--sessions", split = ",", description = "so many durable sessions, all away")
  List<Integer> sessions = List.of(1_000, 10_000, 100_000);

  private final StringBuilder text = new StringBuilder();

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Curves()).setOverwrittenOptionsAllowed(true).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path logs = Files.createTempDirectory("thingstead-curves");
    idle(logs);
    subscriptions(logs, "exact");
    subscriptions(logs, "wild");
    sessions(logs);
    System.out.println(text);
    report.append("Cost curves", server.settings(), text.toString());
    return 0;
  }

  private void idle(Path logs) throws IOException, InterruptedException {
    heading("idle connections", "KB a connection", "connects per CPU-second", "CPUs when idle");
    int limit = 0;
    for (int wanted : idle) {
      try (Contestant ours = server.start(logs)) {
        limit = ours.descriptors();
        int count = wanted == 0 ? limit - DESCRIPTORS_SPARED : wanted;
        ObjectNode result = run(ours, "--scenario idle --hold 2 --subs " + count);
        row(count, result, "kb_per_conn", "conn_per_cpu", "idle_cpu");
      }
    }
    text.append(
        "\nThe limit of this machine is %,d descriptors a process (RLIMIT_NOFILE), the generator's too.\n"
            .formatted(limit));
  }

  private void subscriptions(Path logs, String kind) throws IOException, InterruptedException {
    heading(
        "subscriptions, " + kind,
        "MB of all",
        "subscribed per CPU-second",
        "QoS 0 deliveries per CPU-second, random topics");
    for (int count : subscriptions) {
      try (Contestant ours = server.start(logs)) {
        ObjectNode result =
            run(
                ours,
                "--memory --qos 0 --pubs 20 --subs 50 --window 20 --warm 4 --secs 3 --scenario "
                    + kind
                    + " --msgs "
                    + count);
        row(count, result, "setup_mb", "setup_per_cpu", "msgs_per_cpu");
      }
    }
  }

  private void sessions(Path logs) throws IOException, InterruptedException {
    heading(
        "durable sessions, away, each with 3 subscriptions and 2 messages",
        "MB of the process",
        "made per CPU-second",
        "ready after a stop, s",
        "ready after kill -9, s",
        "first one has its messages, s after the start",
        "MB then",
        "resumed with their messages per CPU-second",
        "all of them, s");
    for (int count : sessions) {
      ObjectNode result;
      try (Contestant ours = server.start(logs)) {
        result = run(ours, "--scenario sessions " + SESSION + count);
      }
      long start = System.nanoTime();
      try (Contestant ours = server.start(logs)) {
        result.put("stopped_s", seconds(start));
        ours.kill();
      }
      start = System.nanoTime();
      try (Contestant ours = server.start(logs)) {
        result.put("killed_s", seconds(start));
        run(ours, "--scenario resume " + SESSION + 1);
        result.put("first_s", seconds(start));
        ObjectNode memory = run(ours, "--scenario idle --hold 0 --subs 1");
        result.set("rss0_mb", memory.get("rss0_mb"));
        // The first one has none any more.
        run(ours, "--scenario sessions " + SESSION + 1);
        ObjectNode resumed = run(ours, "--scenario resume " + SESSION + count);
        result.set("resumed_per_cpu", resumed.get("resumed_per_cpu"));
        result.set("seconds", resumed.get("seconds"));
        row(
            count,
            result,
            "rss_mb",
            "hs_per_cpu",
            "stopped_s",
            "killed_s",
            "first_s",
            "rss0_mb",
            "resumed_per_cpu",
            "seconds");
      }
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static ObjectNode run(Contestant contestant, String scenario) {
    List<String> arguments = new ArrayList<>(Match.words(scenario));
    arguments.addAll(contestant.arguments(Match.Way.PLAIN));
    ObjectNode result = LoadGenerator.measure(arguments);
    System.out.println(result);
    return result;
  }

  private void heading(String... columns) {
    text.append("\n| ").append(String.join(" | ", columns)).append(" |\n|");
    text.append(" ---: |".repeat(columns.length)).append('\n');
  }

  private void row(int count, ObjectNode result, String... figures) {
    text.append(String.format(Locale.ROOT, "| %,d |", count));
    for (String figure : figures) {
      double value = result.path(figure).asDouble(Double.NaN);
      String format = value >= 1000 ? " %,.0f |" : " %.2f |";
      text.append(Double.isNaN(value) ? " - |" : String.format(Locale.ROOT, format, value));
    }
    text.append('\n');
    if (result.has("error")) {
      text.append('\n').append(result.get("error")).append('\n');
    }
  }
}
