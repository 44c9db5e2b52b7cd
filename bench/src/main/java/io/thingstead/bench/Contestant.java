package io.thingstead.bench;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A broker under measurement, a process of ours. */
final class Contestant implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(2);
  private static final int LOOK_AGAIN_MILLIS = 10;

  private final String name;
  private final Map<Match.Way, List<String>> ways;
  private final List<Long> pids;
  private final Process process;

  private Contestant(
      String name, Map<Match.Way, List<String>> ways, List<Long> pids, Process process) {
    this.name = name;
    this.ways = Map.copyOf(ways);
    this.pids = List.copyOf(pids);
    this.process = process;
  }

  /**
   * Starts a shell command and waits until its port is open.
   *
   * @param ways the load generator's arguments to reach it
   * @param log where its output goes
   */
  static Contestant start(
      String name, Map<Match.Way, List<String>> ways, int port, String command, Path log)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("/bin/sh", "-c", "exec " + command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    try {
      awaitPort(name, port, process, log);
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.destroy();
      throw e;
    }
    List<Long> pids =
        Stream.concat(Stream.of(process.toHandle()), process.descendants())
            .map(ProcessHandle::pid)
            .toList();
    return new Contestant(name, ways, pids, process);
  }

  private static void awaitPort(String name, int port, Process process, Path log)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + START_MAX.toNanos();
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new IOException(name + " does not listen on port " + port + ": see " + log, e);
        }
        Thread.sleep(LOOK_AGAIN_MILLIS);
      }
    }
  }

  String name() {
    return name;
  }

  /** The load generator's arguments that lead to this broker. */
  List<String> arguments(Match.Way way) {
    List<String> arguments = new ArrayList<>(List.of("--peer", name));
    arguments.addAll(requireNonNull(ways.get(way), () -> name + " cannot be reached by " + way));
    arguments.add("--pids");
    arguments.add(String.join(",", pids.stream().map(Object::toString).toList()));
    arguments.add("--gc");
    arguments.add(collectGarbage());
    return arguments;
  }

  /** How many descriptors its process may have open; the kernel's RLIMIT_NOFILE. */
  int descriptors() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pids.getFirst() + "/limits")).stream()
        .filter(line -> line.startsWith("Max open files"))
        .mapToInt(line -> Integer.parseInt(line.split(" {2,}", -1)[1]))
        .findFirst()
        .orElseThrow();
  }

  /** Ends it with SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  // Does nothing to a process that is no JVM.
  private String collectGarbage() {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    return pids.stream()
        .map(pid -> jcmd + " " + pid + " GC.run >/dev/null 2>&1")
        .collect(Collectors.joining("; "));
  }

  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroy);
  }
}
