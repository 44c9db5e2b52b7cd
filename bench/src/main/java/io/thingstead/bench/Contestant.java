package io.thingstead.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A broker under measurement: started by us, or running already. */
final class Contestant implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofSeconds(60);

  private final String name;
  private final int port;
  private final List<String> loadArguments;
  private final List<Long> pids;
  private final @Nullable Process process;

  private Contestant(
      String name,
      int port,
      List<String> loadArguments,
      List<Long> pids,
      @Nullable Process process) {
    this.name = name;
    this.port = port;
    this.loadArguments = List.copyOf(loadArguments);
    this.pids = List.copyOf(pids);
    this.process = process;
  }

  /** One that somebody else has started. */
  static Contestant running(String name, int port, List<String> loadArguments, long pid) {
    return new Contestant(name, port, loadArguments, List.of(pid), null);
  }

  /**
   * Starts a shell command and waits until its port is open.
   *
   * @param log where its output goes
   */
  static Contestant start(
      String name, int port, List<String> loadArguments, String command, Path log)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("/bin/sh", "-c", "exec " + command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
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
    return new Contestant(name, port, loadArguments, pids, process);
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
        Thread.sleep(50);
      }
    }
  }

  String name() {
    return name;
  }

  /** The load generator's arguments that lead to this broker. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of("--peer", name, "--port", "" + port));
    arguments.add("--pids");
    arguments.add(String.join(",", pids.stream().map(Object::toString).toList()));
    arguments.add("--gc");
    arguments.add(collectGarbage());
    arguments.addAll(loadArguments);
    return arguments;
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
    if (process == null) {
      return;
    }
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
