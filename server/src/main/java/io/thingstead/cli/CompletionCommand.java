package io.thingstead.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Prints a script that completes commands and options in bash and zsh.",
    footer = {"", "Example:", "  source <(./thingstead completion)"})
final class CompletionCommand implements Runnable {
  private final Surroundings surroundings;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  CompletionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    surroundings.out().println(AutoComplete.bash("thingstead", spec.commandLine().getParent()));
  }
}
