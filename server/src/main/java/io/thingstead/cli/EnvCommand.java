package io.thingstead.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "env",
    mixinStandardHelpOptions = true,
    description = {
      "Prints what leads AWS tools and SDKs of a shell to this server.",
      "",
      "AWS CLIs before 2.13 do not read AWS_ENDPOINT_URL: use ./thingstead aws with them."
    },
    footer = {"", "Example:", "  eval \"$(./thingstead env)\"", "  aws iot list-things"})
final class EnvCommand implements Runnable {
  private final Surroundings surroundings;

  @Mixin private final Target target = new Target();
  @Mixin private final Output output = new Output();

  EnvCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    Map<String, String> variables = AwsEnvironment.of(target.find(surroundings));
    if (output.json()) {
      output.print(surroundings, variables);
      return;
    }
    surroundings.out().println("unset " + String.join(" ", AwsEnvironment.REMOVED));
    variables.forEach(
        (name, value) -> surroundings.out().println("export " + name + "=" + quoted(value)));
  }

  private static String quoted(String value) {
    return "'" + value.replace("'", "'\\''") + "'";
  }
}
