package io.thingstead.boot;

import io.thingstead.cli.Cli;
import io.thingstead.cli.Greeting;
import io.thingstead.cli.Start;
import io.thingstead.cli.Surroundings;
import io.thingstead.config.DataDirectory;
import io.thingstead.config.Machine;
import io.thingstead.config.ServerAddresses;
import io.thingstead.config.Settings;
import io.thingstead.engine.rocks.UnusableDataException;
import io.thingstead.event.LogSetup;
import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where the program begins. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Console console =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).orElse(null);
    boolean terminal = console != null;
    Function<String, char @Nullable []> secrets =
        what -> console == null ? null : console.readPassword("%s: ", what);
    boolean colours = terminal && System.getenv("NO_COLOR") == null;
    Surroundings surroundings =
        new Surroundings(
            System.getenv(),
            Machine.here(),
            System.out,
            System.err,
            colours,
            Clock.systemUTC(),
            secrets);
    System.exit(new Cli(start -> up(start, surroundings), surroundings).run(arguments));
  }

  /** Serves until the process is told to stop. */
  private static int up(Start start, Surroundings surroundings) {
    Settings settings = start.settings();
    LogSetup.install(
        settings.log().level(),
        settings.log().format() == Settings.Log.Format.JSON,
        surroundings.out());
    remove(settings.readyFile());
    boolean firstStart = !Files.exists(new DataDirectory(settings.data()).credentials());
    Serving serving;
    try {
      serving =
          new Serving(
              settings,
              Serving.unlocking(settings, surroundings.environment(), surroundings.terminal()));
    } catch (UnusableDataException e) {
      surroundings.err().println("thingstead: " + e.getMessage());
      return 1;
    }
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(serving::close, "stop"));
    ServerAddresses addresses = serving.addresses();
    surroundings
        .out()
        .print(
            Greeting.render(
                settings,
                addresses,
                firstStart,
                "root".equals(System.getProperty("user.name")),
                sinceStart()));
    surroundings.out().flush();
    write(settings.readyFile(), addresses.endpoint() + "\n");
    if (!start.rehearse()) {
      awaitStop(stopped);
    }
    return 0;
  }

  private static Duration sinceStart() {
    long started = ManagementFactory.getRuntimeMXBean().getStartTime();
    return Duration.between(Instant.ofEpochMilli(started), Instant.now());
  }

  /** A former run's, so that nobody takes this one for ready before it is. */
  private static void remove(@Nullable Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the old ready file " + file, e);
    }
  }

  private static void write(@Nullable Path file, String text) {
    if (file == null) {
      return;
    }
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the ready file " + file, e);
    }
  }

  // The latch never opens: a signal ends the process, and the shutdown hook closes the server.
  private static void awaitStop(CountDownLatch stopped) {
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
