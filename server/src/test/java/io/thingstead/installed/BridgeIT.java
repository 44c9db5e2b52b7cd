package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.boot.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Debian's mosquitto as a bridge, by the recipe that is usual for AWS IoT. */
class BridgeIT {
  private static final int MESSAGES = 30;
  private static final String POLICY =
      """
      {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}
      """;

  @Test
  void messagesOfBothDirectionsSurviveRestartsOfBothSides() throws Exception {
    carry("");
  }

  @Test
  void withoutThePrivateExtensionToo() throws Exception {
    carry("try_private false");
  }

  private static void carry(String option) throws Exception {
    int port = FreePort.next();
    try (Installed server = Installed.start()) {
      Mosquitto cloud = cloud(server);
      Mosquitto local = Mosquitto.plain(server, port);
      configure(server, port, option);
      Process bridge = startBridge(server, port);
      try {
        rename(cloud, local);
        queueWhileTheServerIsDown(server, cloud, local);
      } finally {
        bridge.destroy();
        bridge.onExit().join();
      }
      queueWhileTheBridgeIsDown(server, cloud, local, port);
    }
  }

  private static void configure(Installed server, int port, String option) throws IOException {
    Files.writeString(
        server.dir.resolve("bridge.conf"),
        """
        user %s
        listener %d 127.0.0.1
        allow_anonymous true
        persistence true
        persistence_location %s/

        connection aws
        address localhost:%d
        remote_clientid bridge1
        bridge_protocol_version mqttv311
        bridge_insecure false
        bridge_cafile %s
        bridge_certfile %s
        bridge_keyfile %s
        cleansession false
        notifications false
        start_type automatic
        restart_timeout 1 2
        %s

        topic up/# out 1
        topic down/# in 1
        topic # out 1 outer/ plant/
        topic # in 1 inner/ plant/
        """
            .formatted(
                System.getProperty("user.name"),
                port,
                server.dir,
                server.device,
                server.data().resolve("ca.pem"),
                server.dir.resolve("b.crt"),
                server.dir.resolve("b.key"),
                option));
  }

  private static void rename(Mosquitto cloud, Mosquitto local) throws InterruptedException {
    local.run("mosquitto_sub", "-i", "below", "-c", "-E", "-q", "1", "-t", "down/#").ok();
    try (var above = cloud.listen("above", "-c", "-t", "up/#", "-t", "plant/#");
        var below = local.listen("inner", "-t", "inner/#")) {
      awaitBridge(cloud, below);
      local.publish("p", "outer/a", "1");
      String line;
      do {
        line = above.next();
      } while (line.equals("plant/ready x"));
      assertThat(line).isEqualTo("plant/a 1");
    }
  }

  private static void queueWhileTheServerIsDown(
      Installed server, Mosquitto cloud, Mosquitto local) {
    server.kill();
    publishAll(local, "up/t");
    server.startAgain();
    try (var above = cloud.listen("above", "-c", "-t", "up/#")) {
      assertThat(gather(above, "up/t")).containsExactlyElementsOf(all("up/t"));
    }
  }

  private static void queueWhileTheBridgeIsDown(
      Installed server, Mosquitto cloud, Mosquitto local, int port) throws Exception {
    publishAll(cloud, "down/t");
    server.killAndRestart();
    Process bridge = startBridge(server, port);
    try (var below = local.listen("below", "-c", "-t", "down/#")) {
      assertThat(gather(below, "down/t")).containsExactlyElementsOf(all("down/t"));
    } finally {
      bridge.destroy();
      bridge.onExit().join();
    }
  }

  private static List<String> all(String topic) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      all.add(topic + " " + i);
    }
    return all;
  }

  /** Until it has subscribed, what the server is sent is not for it. */
  private static void awaitBridge(Mosquitto cloud, Mosquitto.Listener inner)
      throws InterruptedException {
    String line = null;
    for (int i = 0; i < 60 && line == null; i++) {
      cloud.publish("r", "plant/ready", "x");
      line = inner.lines().poll(500, TimeUnit.MILLISECONDS);
    }
    assertThat(line).isEqualTo("inner/ready x");
  }

  /** Distinct messages of a topic in the order of their first arrival, until all are there. */
  private static Set<String> gather(Mosquitto.Listener listener, String topic) {
    Set<String> got = new LinkedHashSet<>();
    while (got.size() < MESSAGES) {
      String line = listener.next();
      if (line.startsWith(topic)) {
        got.add(line);
      }
    }
    return got;
  }

  private static void publishAll(Mosquitto mosquitto, String topic) {
    for (int i = 0; i < MESSAGES; i++) {
      mosquitto.publish("p", topic, "" + i);
    }
  }

  private static Process startBridge(Installed server, int port) throws Exception {
    Process bridge =
        new ProcessBuilder("/usr/sbin/mosquitto", "-c", "bridge.conf")
            .directory(server.dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(server.dir.resolve("bridge.log").toFile())
            .start();
    Mosquitto local = Mosquitto.plain(server, port);
    while (local.run("mosquitto_pub", "-t", "x", "-m", "x").code() != 0) {
      assertThat(bridge.isAlive()).as("the bridge runs").isTrue();
    }
    return bridge;
  }

  private static Mosquitto cloud(Installed server) throws IOException {
    Sdk.deviceWithFiles(server, "b", POLICY);
    return Mosquitto.tls(server, "localhost", "b");
  }
}
