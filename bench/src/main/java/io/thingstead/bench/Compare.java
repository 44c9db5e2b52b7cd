package io.thingstead.bench;

import io.thingstead.bench.load.LoadGenerator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Measures this server and Debian's Mosquitto side by side and writes the ratios down. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "This server against Mosquitto: one scenario after the other, rounds interleaved.",
    footer = "Example: compare --port 1883 --pid 4711 --scenarios fanin_q0,pairs_q1 --rounds 3")
public final class Compare implements Callable<Integer> {
  private static final String OURS = "thingstead";

  @Option(names = "--start", description = "command that starts this server; or --pid")
  @Nullable String start;

  @Option(names = "--pid", description = "process of this server, running already")
  long pid;

  @Option(names = "--port", required = true, description = "where this server listens")
  int port;

  @Option(names = "--load", description = "further arguments of the load generator for this server")
  String load = "";

  @Option(
      names = "--peer-start",
      description = "command that starts the peer on --peer-port; by default Mosquitto is started")
  @Nullable String peerStart;

  @Option(names = "--peer-port", description = "0: a free one")
  int peerPort;

  @Option(names = "--peer-name")
  String peerName = "mosquitto";

  @Option(names = "--peer-load", description = "further arguments of the load generator for it")
  String peerLoad = "";

  @Option(
      names = "--peer-ca",
      description =
          "with --peer-cert and --peer-key: Mosquitto listens with TLS and asks for a"
              + " client certificate that this CA has signed")
  @Nullable Path peerCa;

  @Option(names = "--peer-cert")
  @Nullable Path peerCertificate;

  @Option(names = "--peer-key")
  @Nullable Path peerKey;

  @Option(names = "--scenarios", split = ",", description = "names from the table; default all")
  List<String> scenarios = new ArrayList<>();

  @Option(names = "--rounds")
  int rounds = 3;

  @Option(names = "--warm-cpu", description = "CPU seconds this server works before it is measured")
  double warmCpuSeconds = 8;

  @Option(names = "--report", description = "file the table is appended to")
  Path report = Path.of("docs/benchmarks.md");

  @Option(names = "--commit", description = "what the table says was measured")
  String commit = "unknown";

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Compare()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("thingstead-bench");
    try (Contestant ours = ours(directory);
        Contestant peer = peer(directory)) {
      List<Scores> all = new ArrayList<>();
      boolean warm = false;
      for (Match match : Match.ALL) {
        if (!scenarios.isEmpty() && !scenarios.contains(match.name())) {
          continue;
        }
        if (!match.fresh() && !warm) {
          warm(ours);
          warm = true;
        }
        all.add(play(match, ours, peer));
      }
      append(all);
    }
    return 0;
  }

  private Contestant ours(Path directory) throws IOException, InterruptedException {
    return start == null
        ? Contestant.running(OURS, port, Match.words(load), pid)
        : Contestant.start(OURS, port, Match.words(load), start, directory.resolve("server.log"));
  }

  private Contestant peer(Path directory) throws IOException, InterruptedException {
    int at = peerPort == 0 ? freePort() : peerPort;
    String command = peerStart;
    if (command == null) {
      Path settings = directory.resolve("mosquitto.conf");
      Files.writeString(settings, mosquitto(at, directory));
      command = "/usr/sbin/mosquitto -c " + settings;
    }
    return Contestant.start(
        peerName, at, Match.words(peerLoad), command, directory.resolve("peer.log"));
  }

  // The reference harness's settings.
  private String mosquitto(int at, Path directory) {
    StringBuilder settings = new StringBuilder();
    settings.append(
        """
        allow_anonymous true
        user root
        max_queued_messages 0
        max_inflight_messages 20
        persistence true
        persistence_location %s/
        log_dest stderr
        log_type error
        listener %d 127.0.0.1
        """
            .formatted(directory, at));
    if (peerCa != null) {
      settings.append(
          """
          cafile %s
          certfile %s
          keyfile %s
          require_certificate true
          tls_version tlsv1.3
          """
              .formatted(peerCa, peerCertificate, peerKey));
    }
    return settings.toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  // Also lets the generator's own code be compiled.
  private void warm(Contestant ours) {
    String cpu = Double.toString(warmCpuSeconds);
    String pairs = "--scenario pairs --qos 1 --pubs 100 --window 4 --warm 0 --secs 1 --maxsecs 20";
    System.out.println(run(ours, Match.words(pairs + " --mincpu " + cpu)));
  }

  private Scores play(Match match, Contestant ours, Contestant peer) {
    Scores scores = new Scores(match);
    for (int round = 0; round < (match.fresh() ? 1 : rounds); round++) {
      List<Contestant> order = round % 2 == 0 ? List.of(ours, peer) : List.of(peer, ours);
      for (Contestant each : order) {
        ObjectNode result = run(each, match.arguments());
        System.out.println(result);
        scores.add(each.name(), result);
      }
    }
    return scores;
  }

  private static ObjectNode run(Contestant contestant, List<String> scenario) {
    List<String> arguments = new ArrayList<>(scenario);
    arguments.addAll(contestant.arguments());
    return LoadGenerator.measure(arguments);
  }

  private void append(List<Scores> all) throws IOException {
    StringBuilder table = new StringBuilder(Scores.header(OURS, peerName));
    all.forEach(scores -> table.append(scores.rows(OURS, peerName)));
    all.forEach(scores -> scores.errors().forEach(error -> table.append("\n- ").append(error)));
    System.out.println("\n" + table);
    String date =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'")
            .withZone(ZoneOffset.UTC)
            .format(Instant.now());
    String flags =
        "%d rounds, median; load for %s: `%s`; for %s: `%s`; %d CPUs"
            .formatted(
                rounds, OURS, load, peerName, peerLoad, Runtime.getRuntime().availableProcessors());
    Path directory = report.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Files.writeString(
        report,
        "\n## %s, commit %s\n\n%s\n\n%s\n".formatted(date, commit, flags, table),
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
