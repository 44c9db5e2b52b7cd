package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a QoS 1 message waits for its acknowledgement, by the test's clock. */
class RetryTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.AWS);

  @ParameterizedTest
  @CsvSource({"V3_1_1, 3600, retryV3Seconds", "V5, 960, retryV5Seconds"})
  void messageIsGivenUpWhenItsTimeIsOver(Version version, int seconds, String limit)
      throws IOException {
    server.node().limit(Quotas.of(Map.of("messages.unackedOut", 1L)));
    RawClient client =
        server
            .join(Dial.of(version, server.name("c")))
            .subscribed(server.name("/t"), Qos.AT_LEAST_ONCE);
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/t"), "old", Qos.AT_LEAST_ONCE);
    publisher.published(server.name("/t"), "next", Qos.AT_LEAST_ONCE);
    assertThat(client.readText()).isEqualTo("old");
    // Not long enough for the keep alive, which the profile insists on.
    for (int passed = 0; passed < seconds - 1; passed += 239) {
      server.pass(Math.min(239, seconds - 1 - passed));
      client.quiet();
      publisher.quiet();
    }

    server.pass(1);

    assertThat(client.readText()).isEqualTo("next");
    assertThat(server.node().exceeded("messages." + limit)).isEqualTo(1);
  }
}
