package io.thingstead.cli;

import io.thingstead.config.Setting;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Serves until stopped.",
      "",
      "The first start makes the data directory with the server's own CA (ca.pem) and an"
          + " administrator's key (credentials). Every option can also stand in a file or an"
          + " environment variable: docs/configuration.md."
    },
    footer = {
      "",
      "Example:",
      "  ./thingstead up",
      "  ./thingstead up --host iot.example.org --listen 0.0.0.0:8883=device --listen"
          + " 0.0.0.0:443=all",
      "  ./thingstead up --dev"
    })
final class UpCommand implements Callable<Integer> {
  private final ToIntFunction<Start> up;
  private final Surroundings surroundings;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings in HOCON, JSON or key = value lines.")
  private @Nullable Path config;

  @Option(names = "--rehearse", hidden = true)
  private boolean rehearse;

  @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

  private UpCommand(ToIntFunction<Start> up, Surroundings surroundings) {
    this.up = up;
    this.surroundings = surroundings;
  }

  /** The command with one option for each setting there is. */
  static CommandLine commandLine(ToIntFunction<Start> up, Surroundings surroundings) {
    CommandLine command = new CommandLine(new UpCommand(up, surroundings));
    for (Setting setting : Setting.values()) {
      command.getCommandSpec().addOption(option(setting));
    }
    return command;
  }

  private static OptionSpec option(Setting setting) {
    String meaning = setting.meaning().replace("`", "").replace("*", "").replace("%", "%%");
    OptionSpec.Builder option =
        OptionSpec.builder("--" + setting.key())
            .description(meaning + " Default: " + setting.shownInitial().replace("`", "") + ".");
    return switch (setting.kind()) {
      case TEXT -> option.type(String.class).arity("1").paramLabel(setting.label()).build();
      case FLAG ->
          option
              .type(String.class)
              .arity("0..1")
              .fallbackValue("true")
              .paramLabel("true|false")
              .build();
      case LIST ->
          option
              .type(List.class)
              .auxiliaryTypes(String.class)
              .arity("1")
              .paramLabel(setting.label())
              .build();
    };
  }

  @Override
  public Integer call() {
    Map<String, List<String>> flags = new HashMap<>();
    for (Setting setting : Setting.values()) {
      OptionSpec given = spec.commandLine().getParseResult().matchedOption("--" + setting.key());
      if (given != null) {
        flags.put(setting.key(), texts(given.getValue()));
      }
    }
    return up.applyAsInt(new Start(surroundings.settings().read(flags, config), rehearse));
  }

  private static List<String> texts(@Nullable Object value) {
    return value instanceof List<?> values
        ? values.stream().map(String::valueOf).toList()
        : List.of(String.valueOf(value));
  }
}
