package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thingstead.model.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.iotdataplane.model.InvalidRequestException;
import software.amazon.awssdk.services.iotdataplane.model.IotDataPlaneException;

/** Where a profile holds: in an account, and on a port that has one of its own. */
class ProfilesOfPortsTest {
  @TempDir private Path directory = Path.of("");

  private static String publish(RunningNode server, RunningNode.Device device, int port)
      throws Exception {
    List<String> command =
        List.of(
            "mosquitto_pub",
            "-V",
            "mqttv31",
            "-h",
            "localhost",
            "-p",
            String.valueOf(port),
            "--cafile",
            server.ca().toString(),
            "--cert",
            device.certificate().toString(),
            "--key",
            device.key().toString(),
            "-t",
            "x".repeat(300),
            "-m",
            "x",
            "-q",
            "2");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() + " " + said;
  }

  @Test
  void portMayHaveAProfileOfItsOwn() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/mosquitto_pub")), "needs mosquitto-clients");
    String ports = "127.0.0.1:0=all,127.0.0.1:0=device/mqtt,127.0.0.1:0=admin";
    try (RunningNode server = new RunningNode(directory, "profile", "aws", "listen", ports)) {
      RunningNode.Device device = server.device("any");
      assertThat(publish(server, device, server.devicePort())).isEqualTo("0 ");
      assertThat(publish(server, device, server.port())).contains("unacceptable protocol version");
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void limitsOfTopicsAndPayloadsHoldOverHttpsToo(Profile profile) throws Exception {
    String name = profile.name().toLowerCase(Locale.ROOT);
    try (RunningNode server = new RunningNode(directory, "profile", name);
        IotDataPlaneClient data = server.data()) {
      publish(data, "x".repeat(256), 131_072);
      if (profile == Profile.MQTT) {
        publish(data, "x".repeat(257), 131_073);
      } else {
        assertThatThrownBy(() -> publish(data, "x".repeat(257), 1))
            .isInstanceOf(InvalidRequestException.class)
            .hasMessageContaining("257 bytes");
        assertThatThrownBy(() -> publish(data, "t", 131_073))
            .isInstanceOf(IotDataPlaneException.class)
            .hasMessageContaining("131073 bytes");
      }
    }
  }

  private static void publish(IotDataPlaneClient data, String topic, int bytes) {
    data.publish(b -> b.topic(topic).qos(1).payload(SdkBytes.fromByteArray(new byte[bytes])));
  }
}
