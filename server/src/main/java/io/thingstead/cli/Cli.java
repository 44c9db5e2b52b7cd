package io.thingstead.cli;

import io.thingstead.config.InvalidSettingException;
import io.thingstead.identity.WrongSecretException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.ToIntFunction;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParseResult;

/**
 * The command tree. Exit codes: 0 done, 1 failed or refused, 2 not understood, 3 the master key's
 * passphrase or PIN is wrong.
 */
public final class Cli {
  private static final int WRONG_SECRET = 3;

  private final Surroundings surroundings;
  private final CommandLine root;

  /**
   * @param up serves until stopped and gives the exit code
   */
  public Cli(ToIntFunction<Start> up, Surroundings surroundings) {
    this.surroundings = surroundings;
    CommandLine account =
        new CommandLine(new AccountCommand())
            .addSubcommand(new AccountCommand.Create(surroundings))
            .addSubcommand(new AccountCommand.ListAll(surroundings))
            .addSubcommand(new LimitsCommand(surroundings));
    CommandLine clients =
        new CommandLine(new ClientsCommand())
            .addSubcommand(new ClientsCommand.ListAll(surroundings))
            .addSubcommand(new ClientsCommand.Show(surroundings))
            .addSubcommand(new ClientsCommand.Disconnect(surroundings));
    CommandLine domain =
        new CommandLine(new DomainCommand())
            .addSubcommand(new DomainCommand.Add(surroundings))
            .addSubcommand(new DomainCommand.ListAll(surroundings))
            .addSubcommand(new DomainCommand.Certificate(surroundings))
            .addSubcommand(new DomainCommand.Remove(surroundings));
    CommandLine aws =
        new CommandLine(new AwsCommand(surroundings))
            .setStopAtPositional(true)
            .setUnmatchedOptionsArePositionalParams(true);
    root =
        new CommandLine(new Thingstead())
            .addSubcommand(UpCommand.commandLine(up, surroundings))
            .addSubcommand(new ConsoleCommand(surroundings))
            .addSubcommand(aws)
            .addSubcommand(new EnvCommand(surroundings))
            .addSubcommand(new WhyCommand(surroundings))
            .addSubcommand(new DoctorCommand(surroundings))
            .addSubcommand(account)
            .addSubcommand(domain)
            .addSubcommand(KeyCommand.commandLine(surroundings))
            .addSubcommand(clients)
            .addSubcommand(new RefusalsCommand(surroundings))
            .addSubcommand(new AuditCommand(surroundings))
            .addSubcommand(new BackupCommand(surroundings))
            .addSubcommand(new RestoreCommand(surroundings))
            .addSubcommand(new VersionCommand(surroundings))
            .addSubcommand(new CompletionCommand(surroundings));
    root.setColorScheme(
        CommandLine.Help.defaultColorScheme(surroundings.colours() ? Ansi.ON : Ansi.OFF));
    root.setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8));
    root.setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8));
    root.setExecutionExceptionHandler(this::failed);
    root.setUsageHelpAutoWidth(true);
    root.setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** All commands. */
  CommandLine root() {
    return root;
  }

  /** Runs a command line and gives the exit code. */
  public int run(String... arguments) {
    return root.execute(arguments);
  }

  private int failed(Exception failure, CommandLine command, ParseResult parsed) {
    switch (failure) {
      case WrongSecretException e -> {
        say(String.valueOf(e.getMessage()));
        return WRONG_SECRET;
      }
      case CommandFailedException e -> say(String.valueOf(e.getMessage()));
      case InvalidSettingException e -> say(String.valueOf(e.getMessage()));
      case IllegalStateException e -> say(String.valueOf(e.getMessage()));
      case UncheckedIOException e -> say(e.getMessage() + ": " + e.getCause());
      default -> {
        say("a fault of ours, please report it");
        failure.printStackTrace(surroundings.err());
      }
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  private void say(String message) {
    surroundings.err().println("thingstead: " + message);
  }

  @CommandLine.Command(
      name = "thingstead",
      mixinStandardHelpOptions = true,
      versionProvider = VersionCommand.Provider.class,
      synopsisSubcommandLabel = "COMMAND",
      description = "A self-hosted IoT platform, compatible with AWS IoT Core on the wire.",
      footer = {
        "",
        "Beside these, the launcher knows: test, bench, build, format.",
        "Each command explains itself: thingstead COMMAND --help",
        "",
        "Example:",
        "  ./thingstead up",
        "  ./thingstead aws iot create-thing --thing-name pump-7"
      })
  private static final class Thingstead implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Override
    public void run() {
      throw new CommandLine.ParameterException(spec.commandLine(), "which command?");
    }
  }
}
