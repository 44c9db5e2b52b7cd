package io.thingstead.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

@Command(
    name = "version",
    mixinStandardHelpOptions = true,
    description = "Tells the versions of the server, of Java and of the system.",
    footer = {"", "Example:", "  ./thingstead version --output json"})
final class VersionCommand implements Runnable {
  private final Surroundings surroundings;

  @Mixin private final Output output = new Output();

  VersionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** The version in the jar's manifest; {@code development} outside of a jar. */
  static String version() {
    String version = VersionCommand.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public void run() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("thingstead", version());
    versions.put("java", System.getProperty("java.vm.version", ""));
    versions.put(
        "system", System.getProperty("os.name", "") + " " + System.getProperty("os.arch", ""));
    if (output.json()) {
      output.print(surroundings, versions);
    } else {
      versions.forEach((name, value) -> surroundings.out().println(name + " " + value));
    }
  }

  /** For {@code --version}. */
  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"thingstead " + version()};
    }
  }
}
