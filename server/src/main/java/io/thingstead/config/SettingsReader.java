package io.thingstead.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the layers of settings together: a flag wins over an environment variable, that over the
 * file, that over the default. The file is {@code --config}, else {@code THINGSTEAD_CONFIG}, else
 * {@code thingstead.conf} in the data directory if there is one; its form is HOCON, of which JSON
 * and properties are a part.
 */
public final class SettingsReader {
  private static final String FILE_NAME = "thingstead.conf";
  private static final String FILE_VARIABLE = "THINGSTEAD_CONFIG";

  /** Variables that the launcher reads. */
  private static final Set<String> LAUNCHER =
      Set.of("THINGSTEAD_JAVA_HOME", "THINGSTEAD_JAVA_OPTS", FILE_VARIABLE);

  private final Machine machine;
  private final Map<String, String> environment;

  /**
   * @param environment all environment variables; those without our prefix are not looked at
   */
  public SettingsReader(Machine machine, Map<String, String> environment) {
    this.machine = machine;
    this.environment = Map.copyOf(environment);
  }

  /**
   * Reads and checks all settings.
   *
   * @param flags values by key, as given on the command line
   * @param file null when none was named
   * @throws InvalidSettingException when one cannot be used or is not known
   */
  public Settings read(Map<String, List<String>> flags, @Nullable Path file) {
    Config given = flags(flags).withFallback(environment());
    Path chosen = chosenFile(given, file);
    Config all = chosen == null ? given : given.withFallback(file(chosen));
    return new SettingsParser(all.withFallback(defaults()), machine).parse();
  }

  /** The data directory alone, for commands that only look for a server. */
  public Path data(@Nullable Path flag) {
    if (flag != null) {
      return flag.toAbsolutePath().normalize();
    }
    String variable = environment.get(Setting.DATA.variable());
    return variable == null || variable.isBlank()
        ? machine.home().resolve("data")
        : Path.of(variable).toAbsolutePath().normalize();
  }

  private @Nullable Path chosenFile(Config given, @Nullable Path flag) {
    Path named = flag;
    String variable = environment.get(FILE_VARIABLE);
    if (named == null && variable != null) {
      named = Path.of(variable);
    }
    if (named != null) {
      if (!Files.isReadable(named)) {
        throw new InvalidSettingException("cannot read the configuration file " + named);
      }
      return named;
    }
    Path data =
        given.hasPath(Setting.DATA.key())
            ? Path.of(given.getString(Setting.DATA.key()))
            : machine.home().resolve("data");
    Path usual = data.resolve(FILE_NAME);
    return Files.exists(usual) ? usual : null;
  }

  private static Config flags(Map<String, List<String>> flags) {
    Config config = ConfigFactory.empty();
    for (Map.Entry<String, List<String>> flag : flags.entrySet()) {
      Setting setting = known(flag.getKey(), "the command line");
      config =
          config.withValue(
              setting.key(), value(setting, flag.getValue(), "flag --" + setting.key()));
    }
    return config;
  }

  private Config environment() {
    Config config = ConfigFactory.empty();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      String name = variable.getKey();
      if (!name.startsWith("THINGSTEAD_") || LAUNCHER.contains(name)) {
        continue;
      }
      Setting setting =
          Arrays.stream(Setting.values())
              .filter(each -> each.variable().equals(name))
              .findAny()
              .orElseThrow(() -> unknownVariable(name));
      config =
          config.withValue(
              setting.key(),
              value(setting, List.of(variable.getValue().split(",")), "variable " + name));
    }
    return config;
  }

  private static ConfigValue value(Setting setting, List<String> values, String origin) {
    return setting.kind() == Setting.Kind.LIST
        ? ConfigValueFactory.fromIterable(values, origin)
        : ConfigValueFactory.fromAnyRef(String.join(",", values), origin);
  }

  private static Config file(Path file) {
    Config config;
    try {
      config =
          ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
              .resolve();
    } catch (ConfigException e) {
      throw new InvalidSettingException(
          "cannot read the configuration file " + file + ": " + e.getMessage());
    }
    for (Map.Entry<String, ConfigValue> entry : config.root().entrySet()) {
      known(entry.getKey(), entry.getValue().origin().description());
    }
    return config;
  }

  private static Setting known(String key, String where) {
    return Arrays.stream(Setting.values())
        .filter(each -> each.key().equals(key))
        .findAny()
        .orElseThrow(
            () ->
                new InvalidSettingException(
                    "there is no setting '"
                        + key
                        + "' ("
                        + where
                        + "); did you mean '"
                        + Nearest.to(key, Setting.keys())
                        + "'? All are in docs/configuration.md"));
  }

  private static InvalidSettingException unknownVariable(String name) {
    List<String> names = Arrays.stream(Setting.values()).map(Setting::variable).toList();
    return new InvalidSettingException(
        "there is no setting for the environment variable "
            + name
            + "; did you mean "
            + Nearest.to(name, names)
            + "? All are in docs/configuration.md");
  }

  private static Config defaults() {
    Config config = ConfigFactory.empty();
    for (Setting setting : Setting.values()) {
      if (!setting.initial().isEmpty()) {
        config =
            config.withValue(
                setting.key(), ConfigValueFactory.fromAnyRef(setting.initial(), "default"));
      }
    }
    return config;
  }

  static List<String> texts(ConfigValue value) {
    if (value.valueType() == ConfigValueType.LIST) {
      return ((ConfigList) value).stream().map(each -> String.valueOf(each.unwrapped())).toList();
    }
    return List.of(String.valueOf(value.unwrapped()));
  }
}
