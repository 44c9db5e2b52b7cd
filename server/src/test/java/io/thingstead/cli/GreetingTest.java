package io.thingstead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.config.Machine;
import io.thingstead.config.ServerAddresses;
import io.thingstead.config.Settings;
import io.thingstead.config.SettingsReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GreetingTest {
  private static final ServerAddresses ADDRESSES =
      new ServerAddresses(
          "https://localhost:8443",
          "000000000000",
          "us-east-1",
          1,
          List.of("0.0.0.0:8883=device", "127.0.0.1:8443=all"));

  private static Settings settings(Map<String, List<String>> flags) {
    return new SettingsReader(new Machine(Path.of("/srv"), List.of("localhost", "pi"), 1), Map.of())
        .read(flags, null);
  }

  private static String render(Settings settings, boolean first, boolean root) {
    return Greeting.render(settings, ADDRESSES, first, root, Duration.ofMillis(1240));
  }

  @Test
  void theFirstStartTellsWhatToTypeNextAndThenThatItIsReady() {
    List<String> lines = render(settings(Map.of()), true, false).lines().toList();

    assertThat(lines).last().isEqualTo("ready in 1.2 s: https://localhost:8443");
    assertThat(lines.stream().filter(line -> line.startsWith("  ./thingstead"))).hasSize(3);
    assertThat(lines)
        .contains(
            "  listens        0.0.0.0:8883=device",
            "  CA to trust    /srv/data/ca.pem",
            "  administrator  /srv/data/credentials");
    assertThat(lines.stream().filter(line -> line.startsWith("ready"))).hasSize(1);
  }

  @Test
  void laterStartsAreShort() {
    assertThat(render(settings(Map.of()), false, false))
        .doesNotContain("./thingstead")
        .doesNotContain("WARNING");
  }

  @Test
  void dangersAreLoud() {
    assertThat(render(settings(Map.of("dev", List.of("true"))), false, true))
        .contains("WARNING: development mode")
        .contains("WARNING: running as root");
  }
}
