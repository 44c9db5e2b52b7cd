package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.boot.NpmClient;
import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What MQTT 5 has beyond 3.1.1, asked for by MQTT.js. */
class MqttJsFeaturesTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.THINGSTEAD);

  private static void run(String step) throws Exception {
    Map<String, String> argument =
        Map.of(
            "url",
            "mqtt://127.0.0.1:" + server.node().port(),
            "prefix",
            server.name(""),
            "step",
            step);
    assertThat(NpmClient.run("features.cjs", argument, Path.of("/dev/null")))
        .contains("done " + step);
  }

  @Test
  void everythingThatOneConversationCanShow() throws Exception {
    run("all");
  }

  @Test
  void whatIsLeftBehindIsThereOrOverWhenItsTimeHasCome() throws Exception {
    RawClient watcher = server.join(server.five("w"));
    watcher.subscribed(server.name("/will"), Qos.AT_LEAST_ONCE);
    run("leave");
    server.pass(15);
    watcher.quiet();
    server.pass(25);
    assertThat(RawClient.text(watcher.taken())).isEqualTo("gone");
    run("back");
  }
}
