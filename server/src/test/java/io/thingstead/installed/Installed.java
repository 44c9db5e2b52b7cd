package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.boot.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A server in a process of its own, started by the launcher on a directory and ports of its own.
 */
final class Installed implements AutoCloseable {
  static final Path CHECKOUT =
      Path.of(System.getProperty("thingstead.checkout", "..")).toAbsolutePath().normalize();

  final Path dir;
  final int device;
  final int admin;
  private final List<String> options;
  private final Map<String, String> environment = new HashMap<>();
  private Process process;

  private Installed(Path dir, int device, int admin, List<String> options) {
    this.dir = dir;
    this.device = device;
    this.admin = admin;
    this.options = options;
    this.process = launch();
  }

  /** Starts a server on an empty directory and waits until it says that it is ready. */
  static Installed start(String... options) {
    try {
      Path dir = Files.createTempDirectory("thingstead-it");
      return new Installed(dir, FreePort.next(), FreePort.next(), List.of(options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a server on a directory whose {@code data} is there already. */
  static Installed startOn(Path dir) {
    return new Installed(dir, FreePort.next(), FreePort.next(), List.of());
  }

  /** The same on the ports that the documents name, so that their commands run as they stand. */
  static Installed startAsDocumented(String... options) {
    try {
      Path dir = Files.createTempDirectory("thingstead-it");
      Files.createSymbolicLink(dir.resolve("thingstead"), CHECKOUT.resolve("thingstead"));
      Files.createSymbolicLink(dir.resolve("docs"), CHECKOUT.resolve("docs"));
      return new Installed(dir, 8883, 8443, List.of(options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path data() {
    return dir.resolve("data");
  }

  Path log() {
    return dir.resolve("server.log");
  }

  /** Waits, 20 seconds at most, until the server has printed this: its log comes through a pipe. */
  void awaitPrinted(String text) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!printed().contains(text)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("the server did not print: " + text + "\n" + printed());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  /** What the server has printed so far. */
  String printed() {
    try {
      return Files.readString(log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process launch() {
    List<String> command = new ArrayList<>();
    command.add(CHECKOUT.resolve("thingstead").toString());
    command.addAll(List.of("up", "--data", data().toString()));
    command.addAll(List.of("--listen", "127.0.0.1:" + device + "=device"));
    command.addAll(List.of("--listen", "127.0.0.1:" + admin + "=all"));
    command.addAll(options);
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true);
      builder.environment().putAll(environment);
      Process started = builder.start();
      awaitReady(started);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the output up to the line that begins with "ready"; the rest goes to the log file. */
  private void awaitReady(Process started) throws IOException {
    BufferedReader out = started.inputReader();
    StringBuilder seen = new StringBuilder();
    String line;
    do {
      line = out.readLine();
      if (line == null) {
        throw new AssertionError("the server ended before it was ready:\n" + seen);
      }
      seen.append(line).append('\n');
    } while (!line.startsWith("ready"));
    Files.writeString(log(), seen, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    Thread.ofVirtual().start(() -> copyRest(out));
  }

  private void copyRest(BufferedReader out) {
    try (var log =
        Files.newBufferedWriter(log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      String line;
      while ((line = out.readLine()) != null) {
        log.write(line);
        log.newLine();
        log.flush();
      }
    } catch (IOException e) {
      // The server has ended; what it said before is in the file.
    }
  }

  long pid() {
    return process.pid();
  }

  /** SIGKILL: what a power cut leaves of a process, but for the page cache. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Kills the server and starts it again on the same directory and ports. */
  void killAndRestart() {
    kill();
    startAgain();
  }

  /** Starts the server again after it has ended. */
  void startAgain() {
    process = launch();
  }

  /** Waits until the server has ended by itself, or half a minute; its exit code. */
  int awaitEnd() {
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("the server has ended").isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** For the starts to come. */
  void setEnvironment(Map<String, String> variables) {
    environment.putAll(variables);
  }

  /** Runs a command in the server's directory, with a limit of two minutes. */
  Ran run(String... command) {
    return run(Map.of(), List.of(command));
  }

  Ran run(Map<String, String> environment, List<String> command) {
    try {
      // Through a pipe: a program that opens /dev/stdout would cut a file short.
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true);
      builder.environment().putAll(environment);
      Process ran = builder.start();
      ran.getOutputStream().close();
      Thread limit = Thread.ofVirtual().start(() -> endAfterLimit(ran));
      String output = new String(ran.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = ran.waitFor();
      limit.interrupt();
      return new Ran(code, output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void endAfterLimit(Process process) {
    try {
      if (!process.waitFor(120, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** {@code ./thingstead aws …} against this server. */
  Ran aws(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(CHECKOUT.resolve("thingstead").toString());
    command.addAll(List.of("aws", "--data", data().toString()));
    command.addAll(List.of(arguments));
    return run(Map.of("AWS_MAX_ATTEMPTS", "1", "AWS_PAGER", ""), command);
  }

  /** As {@link #aws}, and the command has to succeed. */
  String awsOk(String... arguments) {
    return aws(arguments).ok();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
    try (Stream<Path> files = Files.walk(dir)) {
      // Links are deleted, not followed: two of them lead into the checkout.
      files.sorted(Comparator.reverseOrder()).forEach(Installed::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What a command did.
   *
   * @param output both of its streams
   */
  record Ran(int code, String output) {
    /** The trimmed output of a command that had to succeed. */
    String ok() {
      if (code != 0) {
        throw new AssertionError("exit code " + code + ":\n" + output);
      }
      return output.strip();
    }
  }
}
