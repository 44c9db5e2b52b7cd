package io.thingstead.cli;

import io.thingstead.config.Machine;
import io.thingstead.config.SettingsReader;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a command finds around it.
 *
 * @param out for results
 * @param err for everything else
 * @param colours whether a person looks at it through a terminal
 * @param terminal asks a person for a secret, without showing it; gives null when there is nobody
 */
public record Surroundings(
    Map<String, String> environment,
    Machine machine,
    PrintStream out,
    PrintStream err,
    boolean colours,
    InstantSource clock,
    Function<String, char @Nullable []> terminal) {
  public Surroundings {
    environment = Map.copyOf(environment);
  }

  /** The same where nobody can be asked. */
  public Surroundings(
      Map<String, String> environment,
      Machine machine,
      PrintStream out,
      PrintStream err,
      boolean colours,
      InstantSource clock) {
    this(environment, machine, out, err, colours, clock, _ -> null);
  }

  SettingsReader settings() {
    return new SettingsReader(machine, environment);
  }
}
