package io.thingstead.boot;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A program that runs beside the test and is listened to, line by line. */
final class Program implements AutoCloseable {
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final String name;
  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private boolean ended;

  Program(String name, Path folder, List<String> command) throws IOException {
    this(name, new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true));
  }

  Program(String name, ProcessBuilder builder) throws IOException {
    this.name = name;
    process = builder.start();
    Thread.ofVirtual().start(this::read);
  }

  private void read() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().forEach(this::heard);
    } catch (java.io.UncheckedIOException | IOException e) {
      heard("(" + e + ")");
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  private synchronized void heard(String line) {
    lines.add(line);
    notifyAll();
  }

  /** Waits until it says such a line, also one that it has said before. */
  synchronized String await(String what, Predicate<String> such) throws InterruptedException {
    long end = System.nanoTime() + WAIT_NANOS;
    while (true) {
      var found = lines.stream().filter(such).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0 || ended) {
        throw new AssertionError(
            name + " does not say " + what + ", but: " + String.join("\n  ", lines));
      }
      wait(left);
    }
  }

  String await(String part) throws InterruptedException {
    return await(part, line -> line.contains(part));
  }

  /** Answers its question, if it reads what it is told. */
  void tell(String line) throws IOException {
    process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
  }

  /** Asks it to end; how it did. */
  int stop() throws InterruptedException {
    process.destroy();
    return end();
  }

  /** Waits until it ends; how it did. */
  int end() throws InterruptedException {
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError(name + " does not end, but says: " + String.join("\n  ", lines));
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
