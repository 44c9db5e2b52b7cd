package io.thingstead.cli;

import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Prints a script that completes commands and options in bash and zsh.",
    footer = {"", "Example:", "  source <(./thingstead completion)"})
final class CompletionCommand implements Runnable {
  /** What the launcher does by itself, beside the tests. */
  private static final List<String> LAUNCHERS = List.of("bench", "build", "format");

  private final Surroundings surroundings;

  @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

  CompletionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    CommandLine all = spec.commandLine().getParent();
    for (String name : LAUNCHERS) {
      all.addSubcommand(name, CommandSpec.create());
    }
    all.addSubcommand("test", CommandSpec.create().addOption(OptionSpec.builder("--long").build()));
    surroundings.out().println(AutoComplete.bash("thingstead", all));
  }
}
