package io.thingstead.bench.load;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs one scenario against a broker and prints one line of JSON, with the members of the project's
 * reference generator (mqttload).
 */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "One scenario against one broker; prints a line of JSON.",
    footer = "Example: load --scenario FANIN --qos 0 --port 1883 --pids $(pidof mosquitto)")
public final class LoadGenerator implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  public static void main(String[] arguments) {
    CommandLine command =
        new CommandLine(new LoadGenerator()).setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(command.execute(arguments));
  }

  /** Runs one scenario; a run that failed has a member {@code error} and no figures. */
  public static ObjectNode measure(List<String> arguments) {
    LoadGenerator generator = new LoadGenerator();
    new CommandLine(generator)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(arguments.toArray(String[]::new));
    return generator.result();
  }

  @Override
  public Integer call() {
    ObjectNode result = result();
    System.out.println(result);
    return result.has("error") ? 1 : 0;
  }

  private ObjectNode result() {
    try {
      return new Run(options).measure();
    } catch (LoadException e) {
      return JsonNodeFactory.instance
          .objectNode()
          .put("peer", options.peer)
          .put("scenario", options.scenario.name())
          .put("error", e.getMessage());
    }
  }
}
