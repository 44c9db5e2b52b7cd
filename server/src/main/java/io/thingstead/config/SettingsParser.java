package io.thingstead.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.thingstead.model.AccountId;
import io.thingstead.model.Cidr;
import io.thingstead.model.Profile;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** From merged layers to checked settings. */
final class SettingsParser {
  private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,64}");
  private static final Pattern ORIGIN =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9.\\-\\[\\]:]{1,300}");
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9a-fA-F:.]{2,45}");

  private final Config config;
  private final Machine machine;

  SettingsParser(Config config, Machine machine) {
    this.config = config;
    this.machine = machine;
  }

  Settings parse() {
    boolean dev = flag(Setting.DEV);
    return new Settings(
        has(Setting.DATA) ? path(Setting.DATA) : machine.home().resolve("data"),
        hosts(),
        value(Setting.ACCOUNT, AccountId::new),
        value(Setting.REGION, SettingsParser::region),
        choice(Setting.PROFILE, List.of(Profile.values())),
        listen(dev),
        plainMqtt(dev),
        plainHttp(dev),
        dev,
        dev || flag(Setting.ALLOW_RESET),
        texts(Setting.ALLOW_TARGET),
        new Settings.MasterKey(
            value(Setting.MASTER_KEY_SECRET, SecretSource::parse),
            has(Setting.MASTER_KEY_TOKEN) ? path(Setting.MASTER_KEY_TOKEN) : null),
        new Settings.Functions(
            flag(Setting.ALLOW_UNSANDBOXED_FUNCTIONS), flag(Setting.OPEN_FUNCTION_NETWORK)),
        values(Setting.ALLOW_ORIGIN, SettingsParser::origin),
        has(Setting.READY_FILE) ? path(Setting.READY_FILE) : null,
        serverCertificate(),
        values(Setting.REVOCATION_LIST, SettingsParser::file),
        limits(),
        log());
  }

  private List<String> hosts() {
    if (!has(Setting.HOST)) {
      return machine.names();
    }
    List<String> hosts = values(Setting.HOST, SettingsParser::host);
    return List.copyOf(new LinkedHashSet<>(hosts));
  }

  private static String host(String text) {
    if (!HOST.matcher(text).matches()) {
      throw new IllegalArgumentException("'" + text + "' is neither a host name nor an IP address");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  private static String region(String text) {
    if (!REGION.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no region: lower-case letters, digits and hyphens");
    }
    return text;
  }

  private static String origin(String text) {
    if (!ORIGIN.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no origin such as https://app.example.org or http://localhost:3000");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  private List<Listen> listen(boolean dev) {
    if (!has(Setting.LISTEN)) {
      String device = dev ? "127.0.0.1:8883=device" : "0.0.0.0:8883=device";
      return List.of(Listen.parse(device), Listen.parse("127.0.0.1:8443=all"));
    }
    List<Listen> listen = values(Setting.LISTEN, Listen::parse);
    if (dev) {
      listen.forEach(each -> requireLoopback(Setting.LISTEN, each.address(), "dev"));
    }
    return listen;
  }

  private @Nullable PlainMqtt plainMqtt(boolean dev) {
    if (!has(Setting.PLAIN_MQTT)) {
      return dev ? new PlainMqtt(Address.parse("127.0.0.1:1883"), Profile.MQTT) : null;
    }
    PlainMqtt port = value(Setting.PLAIN_MQTT, PlainMqtt::parse);
    if (dev || !flag(Setting.PLAIN_MQTT_ANYWHERE)) {
      requireLoopback(Setting.PLAIN_MQTT, port.address(), dev ? "dev" : "no plain-mqtt-anywhere");
    }
    return dev && port.profile() == null ? new PlainMqtt(port.address(), Profile.MQTT) : port;
  }

  private @Nullable Address plainHttp(boolean dev) {
    if (!has(Setting.PLAIN_HTTP)) {
      return dev ? Address.parse("127.0.0.1:8080") : null;
    }
    Address address = value(Setting.PLAIN_HTTP, Address::parse);
    requireLoopback(Setting.PLAIN_HTTP, address, "plain HTTP");
    return address;
  }

  private void requireLoopback(Setting setting, Address address, String because) {
    if (!address.isLoopback()) {
      throw invalid(
          setting, address + " can be reached from elsewhere; with " + because + " use 127.0.0.1");
    }
  }

  private Settings.@Nullable CertificateFiles serverCertificate() {
    boolean certificate = has(Setting.SERVER_CERTIFICATE);
    if (certificate != has(Setting.SERVER_KEY)) {
      throw new InvalidSettingException(
          "server-certificate and server-key only work together; give both or neither");
    }
    return certificate
        ? new Settings.CertificateFiles(path(Setting.SERVER_CERTIFICATE), path(Setting.SERVER_KEY))
        : null;
  }

  private Settings.Limits limits() {
    long low = bytes(Setting.FREE_SPACE_LOW);
    long high = bytes(Setting.FREE_SPACE_HIGH);
    if (high < low) {
      throw invalid(Setting.FREE_SPACE_HIGH, "is less than free-space-low");
    }
    return new Settings.Limits(
        low,
        high,
        loops(Setting.EVENT_LOOPS),
        loops(Setting.SHARD_LOOPS),
        duration(Setting.HANDSHAKE_TIMEOUT),
        Math.toIntExact(Math.clamp(bytes(Setting.HTTP_HEADER_BYTES), 1024, 1 << 20)),
        count(Setting.CONNECTIONS_PER_ADDRESS, 1),
        count(Setting.FAILURES_PER_ADDRESS, 0),
        has(Setting.UNCOUNTED_ADDRESS)
            ? values(Setting.UNCOUNTED_ADDRESS, Cidr::parse)
            : List.of(Cidr.parse("127.0.0.0/8"), Cidr.parse("::1")),
        duration(Setting.DRAIN_TIMEOUT));
  }

  private int loops(Setting setting) {
    int count = count(setting, 0);
    return count == 0 ? machine.cores() : count;
  }

  private Settings.Log log() {
    return new Settings.Log(
        choice(
            Setting.LOG_LEVEL,
            List.of(Level.ERROR, Level.WARNING, Level.INFO, Level.DEBUG, Level.TRACE)),
        choice(Setting.LOG_FORMAT, List.of(Settings.Log.Format.values())),
        count(Setting.REFUSALS_PER_SECOND, 1));
  }

  private boolean has(Setting setting) {
    return config.hasPath(setting.key());
  }

  private List<String> texts(Setting setting) {
    return has(setting) ? SettingsReader.texts(config.getValue(setting.key())) : List.of();
  }

  private <T> List<T> values(Setting setting, Function<String, T> parse) {
    return texts(setting).stream().map(text -> parsed(setting, text.strip(), parse)).toList();
  }

  private <T> T value(Setting setting, Function<String, T> parse) {
    return parsed(setting, read(setting, config::getString).strip(), parse);
  }

  private <T> T parsed(Setting setting, String text, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw invalid(setting, String.valueOf(e.getMessage()));
    }
  }

  private <E extends Enum<E>> E choice(Setting setting, List<E> choices) {
    return value(
        setting,
        text ->
            choices.stream()
                .filter(each -> each.name().equalsIgnoreCase(text))
                .findAny()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "'"
                                + text
                                + "' is none of "
                                + choices.toString().toLowerCase(Locale.ROOT))));
  }

  private Path path(Setting setting) {
    return value(setting, SettingsParser::file);
  }

  private static Path file(String text) {
    return Path.of(text).toAbsolutePath().normalize();
  }

  private boolean flag(Setting setting) {
    return read(setting, config::getBoolean);
  }

  private long bytes(Setting setting) {
    return read(setting, config::getBytes);
  }

  private Duration duration(Setting setting) {
    return read(setting, config::getDuration);
  }

  private int count(Setting setting, int least) {
    int count = read(setting, config::getInt);
    if (count < least) {
      throw invalid(setting, "is " + count + ", less than " + least);
    }
    return count;
  }

  private <T> T read(Setting setting, Function<String, T> as) {
    try {
      return as.apply(setting.key());
    } catch (ConfigException e) {
      throw invalid(setting, "'" + texts(setting) + "' is not " + setting.label());
    }
  }

  private InvalidSettingException invalid(Setting setting, String why) {
    return new InvalidSettingException(
        "setting "
            + setting.key()
            + " ("
            + config.getValue(setting.key()).origin().description()
            + "): "
            + why);
  }
}
