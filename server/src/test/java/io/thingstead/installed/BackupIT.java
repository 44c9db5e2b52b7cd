package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.Test;

/** A backup of a server under load, restored beside it; the device keeps its certificate. */
class BackupIT {
  private static final String POLICY =
      """
      {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*",
        "Resource": ["arn:aws:iot:*:*:client/*", "arn:aws:iot:*:*:topic/*",
                     "arn:aws:iot:*:*:topicfilter/*"]}}
      """;
  private static final int EACH = 300;

  private final ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final CountDownLatch before = new CountDownLatch(EACH);
  private final CountDownLatch after = new CountDownLatch(2 * EACH);

  @Test
  void allThatWasAcknowledgedBeforeIsInTheRestoredServerAndDevicesComeBackUnchanged()
      throws Exception {
    try (Installed server = Installed.start()) {
      Device device = Sdk.deviceWithFiles(server, "d", POLICY);
      device.leaveSession("away", "q/#");
      server.awsOk("iot", "create-thing", "--thing-name", "t1");
      Thread publisher = Thread.ofVirtual().start(() -> publish(device));
      assertThat(before.await(60, TimeUnit.SECONDS)).isTrue();
      List<String> acknowledgedBefore = new ArrayList<>(acknowledged);

      String told = thingstead(server, "backup", "--data", server.data().toString(), "b").ok();
      assertThat(told).contains("read again and found equal");
      assertThat(after.await(60, TimeUnit.SECONDS)).as("serving went on").isTrue();
      assertThat(Files.exists(server.data().resolve("snapshot"))).isFalse();
      Path beside = Files.createTempDirectory("thingstead-it");
      thingstead(server, "restore", "b", "--data", beside.resolve("data").toString()).ok();
      server.kill();
      publisher.join();

      try (Installed restored = Installed.startOn(beside)) {
        assertThat(restored.data().resolve("ca.pem"))
            .hasSameBinaryContentAs(server.data().resolve("ca.pem"));
        assertThat(restored.data().resolve("credentials"))
            .hasSameBinaryContentAs(server.data().resolve("credentials"));
        assertThat(restored.awsOk("iot", "list-things")).contains("\"t1\"");
        assertThat(
                queued(
                    new Device(restored, pem(server, "d.crt"), pem(server, "d.key")),
                    acknowledgedBefore))
            .containsSubsequence(acknowledgedBefore);
      }
    }
  }

  private static Installed.Ran thingstead(Installed server, String... arguments) {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addFirst(Installed.CHECKOUT.resolve("thingstead").toString());
    return server.run(command.toArray(String[]::new));
  }

  private static String pem(Installed server, String file) throws Exception {
    return Files.readString(server.dir.resolve(file));
  }

  private void publish(Device device) {
    try {
      MqttClient client = device.connect("load", true);
      for (int i = 0; ; i++) {
        String text = "q/" + i;
        client.publish("q/x", text.getBytes(StandardCharsets.UTF_8), 1, false);
        acknowledged.add(text);
        before.countDown();
        after.countDown();
      }
    } catch (MqttException e) {
      // The server was killed.
    }
  }

  private static List<String> queued(Device device, List<String> wanted) throws Exception {
    BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    MqttClient client = device.connectListening("away", false, arrived::add);
    List<String> got = new ArrayList<>();
    Set<String> missing = new HashSet<>(wanted);
    while (!missing.isEmpty()) {
      String next = arrived.poll(20, TimeUnit.SECONDS);
      assertThat(next).as("%d are missing", missing.size()).isNotNull();
      missing.remove(next);
      got.add(next);
    }
    client.disconnect(0);
    client.close();
    return got;
  }
}
