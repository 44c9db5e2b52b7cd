package io.thingstead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.Cidr;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir Path home;
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, List<String>> flags = new HashMap<>();

  private Settings read() {
    return reader().read(flags, null);
  }

  private SettingsReader reader() {
    return new SettingsReader(
        new Machine(home, List.of("localhost", "pi", "10.0.0.7"), 3), environment);
  }

  private AbstractThrowableAssert<?, ?> refused() {
    return assertThatThrownBy(this::read).isInstanceOf(InvalidSettingException.class);
  }

  private void file(String content) throws IOException {
    Files.createDirectories(home.resolve("data"));
    Files.writeString(home.resolve("data/thingstead.conf"), content);
  }

  @Test
  void withoutAnythingTheDefaultsHold() {
    Settings settings = read();

    assertThat(settings.data()).isEqualTo(home.resolve("data"));
    assertThat(settings.hosts()).containsExactly("localhost", "pi", "10.0.0.7");
    assertThat(settings.account().digits()).isEqualTo("000000000000");
    assertThat(settings.region()).isEqualTo("us-east-1");
    assertThat(settings.profile()).isEqualTo(Profile.THINGSTEAD);
    assertThat(settings.listen())
        .map(Listen::toString)
        .containsExactly("0.0.0.0:8883=device", "127.0.0.1:8443=all");
    assertThat(settings.plainMqtt()).isNull();
    assertThat(settings.plainHttp()).isNull();
    assertThat(settings.allowReset()).isFalse();
    assertThat(settings.limits())
        .isEqualTo(
            new Settings.Limits(
                512L << 20,
                640L << 20,
                3,
                3,
                Duration.ofSeconds(10),
                32 << 10,
                10_000,
                60,
                List.of(Cidr.parse("127.0.0.0/8"), Cidr.parse("::1")),
                Duration.ofSeconds(10)));
    assertThat(settings.log())
        .isEqualTo(new Settings.Log(System.Logger.Level.INFO, Settings.Log.Format.TEXT, 20));
  }

  @Test
  void aFlagWinsOverTheEnvironmentAndThatOverTheFile() throws IOException {
    file("region = from-file\naccount = \"111111111111\"\nprofile = aws");
    environment.put("THINGSTEAD_REGION", "from-environment");
    environment.put("THINGSTEAD_ACCOUNT", "222222222222");
    flags.put("region", List.of("from-flag"));

    Settings settings = read();
    assertThat(settings.region()).isEqualTo("from-flag");
    assertThat(settings.account().digits()).isEqualTo("222222222222");
    assertThat(settings.profile()).isEqualTo(Profile.AWS);
  }

  @Test
  void listsComeFromEverySource() throws IOException {
    file("host = [a.example, b.example]\nallow-target = 127.0.0.1");
    environment.put("THINGSTEAD_LISTEN", "127.0.0.1:1=device,[::1]:2");

    Settings settings = read();
    assertThat(settings.hosts()).containsExactly("a.example", "b.example");
    assertThat(settings.allowTargets()).containsExactly("127.0.0.1");
    assertThat(settings.listen())
        .containsExactly(Listen.parse("127.0.0.1:1=device"), Listen.parse("[::1]:2=all"));
  }

  @Test
  void aPortMayHaveAProfileOfItsOwn() {
    flags.put("listen", List.of("127.0.0.1:1=device/mqtt", "127.0.0.1:2=all"));
    flags.put("plain-mqtt", List.of("127.0.0.1:3=aws"));
    Settings settings = read();

    assertThat(settings.listen()).map(Listen::profile).containsExactly(Profile.MQTT, null);
    assertThat(settings.plainMqtt())
        .isEqualTo(new PlainMqtt(Address.parse("127.0.0.1:3"), Profile.AWS));
    flags.put("plain-mqtt", List.of("127.0.0.1:3=azure"));
    refused().hasMessageContaining("'azure' is no profile; use thingstead, aws or mqtt");
    flags.put("plain-mqtt", List.of("127.0.0.1:3"));
    flags.put("listen", List.of("127.0.0.1:1=device/azure"));
    refused().hasMessageContaining("'azure' is no profile");
  }

  @Test
  void anUnknownKeyNamesTheNearestAndItsPlace() throws IOException {
    file("region = x\nlissten = [\"127.0.0.1:1\"]\n");

    refused()
        .hasMessageContaining("'lissten'")
        .hasMessageContaining("did you mean 'listen'")
        .hasMessageContaining("thingstead.conf: 2");
  }

  @Test
  void anUnknownVariableNamesTheNearest() {
    environment.put("THINGSTEAD_JAVA_HOME", "/the/launchers/own");
    environment.put("THINGSTEAD_REGOIN", "x");

    refused().hasMessageContaining("THINGSTEAD_REGOIN").hasMessageContaining("THINGSTEAD_REGION?");
  }

  @Test
  void aValueThatCannotBeUsedIsNamedWithItsOrigin() {
    Map<String, String> wrong =
        Map.ofEntries(
            Map.entry("account", "12"),
            Map.entry("region", "US EAST"),
            Map.entry("profile", "azure"),
            Map.entry("listen", "8883"),
            Map.entry("plain-mqtt", "0.0.0.0:1883"),
            Map.entry("plain-http", "192.168.1.1:80"),
            Map.entry("host", "not a host"),
            Map.entry("dev", "perhaps"),
            Map.entry("free-space-low", "much"),
            Map.entry("free-space-high", "1KiB"),
            Map.entry("event-loops", "-1"),
            Map.entry("handshake-timeout", "soon"),
            Map.entry("log-level", "loud"));
    wrong.forEach(
        (key, value) -> {
          flags.clear();
          flags.put(key, List.of(value));
          refused().as(key).hasMessageContaining("setting " + key + " (flag --" + key + ")");
        });
  }

  @Test
  void aBrokenFileIsNamed() throws IOException {
    file("listen = [");

    refused().hasMessageContaining("thingstead.conf");
  }

  @Test
  void aNamedFileMustExist() {
    assertThatThrownBy(() -> reader().read(flags, home.resolve("none.conf")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("none.conf");
  }

  @Test
  void developmentStaysOnLoopback() {
    flags.put("dev", List.of("true"));
    Settings settings = read();

    assertThat(settings.listen()).allMatch(listen -> listen.address().isLoopback());
    assertThat(settings.plainMqtt()).isEqualTo(PlainMqtt.parse("127.0.0.1:1883=mqtt"));
    assertThat(settings.plainHttp()).isEqualTo(Address.parse("127.0.0.1:8080"));
    assertThat(settings.allowReset()).isTrue();
    flags.put("listen", List.of("0.0.0.0:8883"));
    refused().hasMessageContaining("can be reached from elsewhere");
  }

  @Test
  void plainMqttElsewhereHasToBeForced() {
    flags.put("plain-mqtt", List.of("0.0.0.0:1883"));
    refused().hasMessageContaining("plain-mqtt-anywhere");
    flags.put("plain-mqtt-anywhere", List.of("true"));

    assertThat(read().plainMqtt()).isEqualTo(PlainMqtt.parse("0.0.0.0:1883"));
  }

  @Test
  void aCertificateNeedsItsKey() {
    flags.put("server-certificate", List.of("/c.pem"));
    refused().hasMessageContaining("server-key");
    flags.put("server-key", List.of("/k.pem"));

    assertThat(read().serverCertificate())
        .isEqualTo(new Settings.CertificateFiles(Path.of("/c.pem"), Path.of("/k.pem")));
  }

  @Test
  void distanceCountsLetters() {
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("listen", "listen")).isZero();
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
  }
}
