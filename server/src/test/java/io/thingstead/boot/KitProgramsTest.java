package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;

/** The programs of the console's kits, as they are downloaded, each a device of its own. */
class KitProgramsTest {
  private static final Path MODULE = Path.of("..", "console", "target", "kit", "kit.mjs");
  private static final Path STUBS = Path.of("src", "test", "arduino");
  private static final String POLICY = "device-on-its-own-topics";
  private static final String WRONG = "-wrong";

  /** By the name of the thing: what runs the program in the folder of its kit. */
  private final Map<String, List<String>> commands = new LinkedHashMap<>();

  private final Map<String, Program> programs = new LinkedHashMap<>();
  private String certificate = "";

  @TempDir private Path directory = Path.of("");

  @AfterEach
  void end() {
    programs.values().forEach(Program::close);
  }

  @Test
  void everyProgramSaysWhyItIsKeptOutAndConnectsAndObeysAndComesBack() throws Exception {
    assumeTrue(Files.exists(MODULE), "the console's build makes " + MODULE);
    assumeTrue(Files.exists(Path.of("/usr/include/mosquitto.h")), "./thingstead test installs it");
    commands();
    int port;
    try (RunningNode node = new RunningNode(directory)) {
      port = node.port();
      unpackKits(node);
      start();
      allAreKeptOut(node);
      theyConnectAndObey(node, "first");
    }
    try (RunningNode node = new RunningNode(directory, "listen", "127.0.0.1:" + port + "=all")) {
      theyConnectAndObey(node, "second");
      stop();
    }
  }

  @Test
  void theSketchIsWhatTheArduinoLibrariesTake() throws Exception {
    assumeTrue(Files.exists(MODULE), "the console's build makes " + MODULE);
    pack(
        List.of(
            Map.of(
                "thing",
                "board",
                "host",
                "localhost",
                "port",
                8883,
                "certificate",
                "C",
                "key",
                "K")));
    Path sketch = directory.resolve("board/arduino/arduino.ino");
    List<String> compile =
        List.of("g++", "-std=gnu++17", "-fsyntax-only", "-Wall", "-Wextra", "-Werror");
    List<String> how =
        List.of("-I" + STUBS.toAbsolutePath(), "-include", "Arduino.h", "-x", "c++", "" + sketch);
    run(directory, concat(compile, how));
  }

  private void commands() {
    // Debian's own, which has the library of Debian's package.
    Path python = Path.of("/usr/bin/python3");
    String paho =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(each -> each.contains("paho.mqttv5"))
            .findFirst()
            .orElseThrow();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    commands.put("mosquitto", List.of("sh", "mosquitto.sh", "listen"));
    commands.put("python", List.of(python.toString(), "device.py"));
    commands.put("javascript", List.of("node", "device.mjs"));
    commands.put("c", List.of("./device"));
    commands.put(
        "java", List.of(java, "-XX:TieredStopAtLevel=1", "-Xmx64m", "-cp", paho, "Device.java"));
  }

  /** One for each program, and one more whose CA is another. */
  private void unpackKits(RunningNode node) throws Exception {
    List<Map<String, Object>> kits = new ArrayList<>();
    try (IotClient iot = node.iot()) {
      CreateKeysAndCertificateResponse made =
          iot.createKeysAndCertificate(b -> b.setAsActive(true));
      certificate = made.certificateArn();
      String key = made.keyPair().privateKey();
      for (String thing : commands.keySet()) {
        iot.createThing(b -> b.thingName(thing));
        iot.attachThingPrincipal(b -> b.thingName(thing).principal(certificate));
        kits.add(kit(node, thing, made.certificatePem(), key, Files.readString(node.ca())));
        kits.add(kit(node, thing + WRONG, made.certificatePem(), key, made.certificatePem()));
      }
      String policy = pack(kits);
      iot.createPolicy(b -> b.policyName(POLICY).policyDocument(policy));
      iot.createPolicy(b -> b.policyName("any").policyDocument(RunningNode.ANY_POLICY));
      iot.attachPolicy(b -> b.policyName("any").target("anonymous"));
    }
    Files.createSymbolicLink(
        directory.resolve("node_modules"), Path.of("target/npm/node_modules").toAbsolutePath());
    for (String thing : List.of("c", "c" + WRONG)) {
      run(
          directory.resolve(thing),
          List.of("cc", "-Wall", "-Wextra", "-Werror", "device.c", "-lmosquitto", "-o", "device"));
    }
  }

  private static Map<String, Object> kit(
      RunningNode node, String thing, String certificate, String key, String ca) {
    return Map.of(
        "thing",
        thing,
        "host",
        "localhost",
        "port",
        node.port(),
        "certificate",
        certificate,
        "key",
        key,
        "ca",
        ca);
  }

  /** Packs and unpacks them; the policy of their devices. */
  private String pack(List<Map<String, Object>> kits) throws Exception {
    String policy =
        NpmClient.run(
            "kits.cjs",
            Map.of(
                "module",
                MODULE.toAbsolutePath().normalize().toString(),
                "folder",
                directory.toString(),
                "account",
                "000000000000",
                "region",
                "us-east-1",
                "kits",
                kits),
            directory);
    for (Map<String, Object> kit : kits) {
      run(directory, List.of("unzip", "-q", kit.get("thing") + ".zip"));
    }
    return policy;
  }

  private static void run(Path folder, List<String> command) throws Exception {
    try (Program program = new Program(command.getFirst(), folder, command)) {
      if (program.end() != 0) {
        program.await("how it failed", _ -> false);
      }
    }
  }

  private static List<String> concat(List<String> first, List<String> second) {
    List<String> both = new ArrayList<>(first);
    both.addAll(second);
    return both;
  }

  private void start() throws IOException {
    for (String suffix : List.of("", WRONG)) {
      for (Map.Entry<String, List<String>> each : commands.entrySet()) {
        String thing = each.getKey() + suffix;
        programs.put(thing, new Program(thing, directory.resolve(thing), each.getValue()));
      }
    }
  }

  /** By a wrong CA, or for want of a policy; they say so, and go on trying. */
  private void allAreKeptOut(RunningNode node) throws Exception {
    for (String thing : commands.keySet()) {
      boolean script = thing.equals("mosquitto"); // which tells what mosquitto_sub's words mean
      program(thing + WRONG)
          .await(
              "that the CA is another",
              line ->
                  line.contains(script ? "If it speaks of" : "ca.pem")
                      && (thing.equals("c") == line.contains("TLS failed")));
      program(thing + WRONG).close();
      program(thing).await(script ? "Not authorized" : "the server refuses this device");
    }
    try (IotClient iot = node.iot()) {
      iot.attachPolicy(b -> b.policyName(POLICY).target(certificate));
    }
  }

  private void theyConnectAndObey(RunningNode node, String command) throws Exception {
    Mqtt5BlockingClient person =
        Mqtt5Client.builder()
            .identifier("person")
            .serverHost("127.0.0.1")
            .serverPort(node.plainMqtt())
            .buildBlocking();
    person.connect();
    try (Mqtt5BlockingClient.Mqtt5Publishes heard = person.publishes(MqttGlobalPublishFilter.ALL)) {
      person.subscribeWith().topicFilter("devices/+/data").send();
      for (String thing : commands.keySet()) {
        // Retained, for mosquitto.sh says nothing by which one knows that it listens.
        person
            .publishWith()
            .topic("devices/" + thing + "/commands")
            .qos(MqttQos.AT_LEAST_ONCE)
            .retain(true)
            .payload(command.getBytes(StandardCharsets.UTF_8))
            .send();
      }
      for (String thing : commands.keySet()) {
        program(thing).await(command);
      }
      TreeSet<String> silent = new TreeSet<>(commands.keySet());
      silent.remove("mosquitto"); // it listens
      while (!silent.isEmpty()) {
        Mqtt5Publish message =
            heard
                .receive(20, TimeUnit.SECONDS)
                .orElseThrow(() -> new AssertionError("silent: " + silent));
        assertThat(new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8))
            .matches("\\{\"temperature\": ?2[0-9](\\.[0-9])?}");
        silent.remove(message.getTopic().getLevels().get(1));
      }
    }
    person.disconnect();
  }

  private Program program(String thing) {
    return Objects.requireNonNull(programs.get(thing), thing);
  }

  /** They end when they are asked to. */
  private void stop() throws InterruptedException {
    for (String thing : commands.keySet()) {
      // The JVM says by which signal it was ended, having run its hooks.
      assertThat(program(thing).stop()).as(thing).isEqualTo(thing.equals("java") ? 128 + 15 : 0);
    }
  }
}
