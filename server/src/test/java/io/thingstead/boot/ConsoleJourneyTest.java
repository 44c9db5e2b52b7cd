package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thingstead.cli.Cli;
import io.thingstead.cli.Surroundings;
import io.thingstead.config.Machine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;

/**
 * A person with a browser and a device with the kit that the console has made. The pictures of the
 * documents are made anew with {@code -Dthingstead.update=true}.
 */
class ConsoleJourneyTest {
  private static final Path IMAGES = Path.of("..", "docs", "images").toAbsolutePath().normalize();

  @TempDir private Path directory = Path.of("");

  @Test
  void aPersonConnectsADeviceAndUnderstandsARefusal() throws Exception {
    Path chrome = chrome();
    Path work = Files.createDirectory(directory.resolve("work"));
    try (RunningNode node = new RunningNode(directory, "refusals-per-second", "400")) {
      allowAnybody(node);
      String said =
          NpmClient.run(
              "console.cjs",
              Map.of(
                  "link", link(),
                  "chrome", chrome.toString(),
                  "work", work.toString(),
                  "mqtt", node.plainMqtt(),
                  "images", IMAGES.toString(),
                  "pictures", Boolean.getBoolean("thingstead.update")),
              node.ca());
      assertThat(said).contains("the journey is complete");
    }
  }

  /** Clients without TLS publish what the console's MQTT client hears. */
  private static void allowAnybody(RunningNode node) throws Exception {
    try (IotClient iot = node.iot()) {
      iot.createPolicy(b -> b.policyName("anybody").policyDocument(RunningNode.ANY_POLICY));
      iot.attachPolicy(b -> b.policyName("anybody").target("anonymous"));
    }
  }

  @Test
  void aPersonIsNotDisturbedWhenTheServerIs() throws Exception {
    Path chrome = chrome();
    Program person;
    int port;
    try (RunningNode node = new RunningNode(directory)) {
      port = node.port();
      Map<String, String> means =
          Map.of("link", link(), "chrome", chrome.toString(), "work", directory.toString());
      person = NpmClient.start("console-recovery.cjs", means, node.ca());
      person.await("stop the server");
    }
    try {
      person.tell("stopped");
      person.await("start the server");
      try (RunningNode node = new RunningNode(directory, "listen", "127.0.0.1:" + port + "=all")) {
        person.tell("started");
        person.await("a new link");
        person.tell(link());
        person.await("all is well again");
        assertThat(node.port()).isEqualTo(port);
      }
    } finally {
      person.close();
    }
  }

  private static Path chrome() {
    Path chrome =
        Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    assumeTrue(chrome != null, "./thingstead test installs chromium");
    return Path.of(String.valueOf(chrome));
  }

  private String link() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    Surroundings surroundings =
        new Surroundings(Map.of(), Machine.here(), print, print, false, Clock.systemUTC());
    int code = new Cli(_ -> 0, surroundings).run("console", "--data=" + directory.resolve("data"));
    String said = out.toString(StandardCharsets.UTF_8).strip();
    assertThat(code).as(said).isZero();
    return said;
  }
}
