package io.thingstead.cli;

import io.thingstead.config.Machine;
import io.thingstead.config.SettingsReader;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Map;

/**
 * What a command finds around it.
 *
 * @param out for results
 * @param err for everything else
 * @param colours whether a person looks at it through a terminal
 */
public record Surroundings(
    Map<String, String> environment,
    Machine machine,
    PrintStream out,
    PrintStream err,
    boolean colours,
    InstantSource clock) {
  public Surroundings {
    environment = Map.copyOf(environment);
  }

  SettingsReader settings() {
    return new SettingsReader(machine, environment);
  }
}
