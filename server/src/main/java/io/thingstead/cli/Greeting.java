package io.thingstead.cli;

import io.thingstead.config.DataDirectory;
import io.thingstead.config.ServerAddresses;
import io.thingstead.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** What a server prints once it serves; the last line begins with {@code ready}. */
public final class Greeting {
  private static final String ROW = "  %-15s%s%n";

  private Greeting() {}

  /**
   * Renders it.
   *
   * @param firstStart whether the data directory was made just now: adds the commands to type next
   * @param asRoot whether the process is root's: adds a warning
   */
  public static String render(
      Settings settings,
      ServerAddresses addresses,
      boolean firstStart,
      boolean asRoot,
      Duration took) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            "Thingstead %s, account %s in %s%n",
            VersionCommand.version(), addresses.account(), addresses.region()));
    text.append(String.format(ROW, "called", String.join(", ", settings.hosts())));
    for (String listener : addresses.listeners()) {
      text.append(String.format(ROW, "listens", listener));
    }
    text.append(String.format(ROW, "API", addresses.endpoint()));
    DataDirectory data = new DataDirectory(settings.data());
    text.append(String.format(ROW, "CA to trust", shown(data.caPem())));
    text.append(String.format(ROW, "administrator", shown(data.credentials())));
    if (settings.dev()) {
      text.append(
          """

          WARNING: development mode. Anyone on this machine may connect without a certificate, and an
          administrator may empty the server. Do not use it for anything that matters.
          """);
    }
    if (asRoot) {
      text.append("\nWARNING: running as root; a user of its own is enough and safer.\n");
    }
    if (firstStart) {
      text.append(
          """

          Next, in another terminal:
            ./thingstead console     signs in to the web console, which connects your first device
            ./thingstead doctor      looks whether everything is in order
            ./thingstead --help      everything else; the same by commands is in README.md

          """);
    }
    text.append(
        String.format(
            Locale.ROOT, "ready in %.1f s: %s%n", took.toMillis() / 1000.0, addresses.endpoint()));
    return text.toString();
  }

  /** Relative to where the user stands, when that is shorter. */
  private static String shown(Path path) {
    Path here = Path.of("").toAbsolutePath();
    return path.startsWith(here) ? here.relativize(path).toString() : path.toString();
  }
}
