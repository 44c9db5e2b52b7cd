package io.thingstead.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "aws",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the installed AWS CLI against this server, with its address, CA and key set.",
      "",
      "Options of ours come first; from the service's name on everything is the AWS CLI's."
    },
    footer = {
      "",
      "Example:",
      "  ./thingstead aws iot create-thing --thing-name pump-7",
      "  ./thingstead aws iot-data get-thing-shadow --thing-name pump-7 /dev/stdout",
      "  ./thingstead aws --data /srv/iot --profile 123456789012 iot list-things"
    })
final class AwsCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private final Target target = new Target();

  @Parameters(paramLabel = "ARGUMENT", arity = "1..*", description = "For the AWS CLI.")
  private List<String> arguments = List.of();

  AwsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    Target.Server server = target.find(surroundings);
    List<String> command = new ArrayList<>();
    command.add(program().toString());
    // A flag as well, for AWS CLIs before 2.13 do not read AWS_ENDPOINT_URL.
    command.addAll(List.of("--endpoint-url", server.endpoint().toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    Map<String, String> environment = builder.environment();
    AwsEnvironment.REMOVED.forEach(environment::remove);
    environment.putAll(AwsEnvironment.of(server));
    try {
      return builder.start().waitFor();
    } catch (IOException e) {
      throw new CommandFailedException("cannot run " + command.getFirst() + ": " + e.getMessage());
    }
  }

  private Path program() {
    for (String directory :
        surroundings.environment().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      // A shim of pyenv's runs only if some Python of its has an AWS CLI.
      if (!directory.isEmpty() && !directory.endsWith("shims")) {
        Path program = Path.of(directory, "aws");
        if (Files.isExecutable(program)) {
          return program;
        }
      }
    }
    throw new CommandFailedException(
        "the AWS CLI is not installed (no 'aws' in PATH). Debian: apt install awscli; macOS: brew"
            + " install awscli; others: https://aws.amazon.com/cli. Any HTTP client that signs"
            + " requests (SigV4) does as well: ./thingstead env");
  }
}
