package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iot.IotClient;

/** Clients that other people wrote, by every way in that they have, against the whole server. */
class WebSocketClientsTest {
  private static final int MESSAGES = 200;

  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;
  private static RunningNode.Device device;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningNode(directory);
    device = server.device("any");
    try (IotClient iot = server.iot()) {
      iot.attachPolicy(b -> b.policyName("any").target("anonymous"));
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Object mqttJs(String url, Map<String, ?> options, int size, int qos) {
    return Map.of("url", url, "options", options, "count", MESSAGES, "size", size, "qos", qos);
  }

  @ParameterizedTest
  @CsvSource({"4,0,1", "4,1,3000", "5,1,100000", "5,2,300"})
  void mqttJsOverASignedWebSocket(int version, int qos, int size) throws Exception {
    String url = server.signedWebSocket("wss", "localhost:" + server.port());
    Map<String, ?> options =
        Map.of("protocolVersion", version, "ca", server.ca().toString(), "clientId", "js");
    assertThat(NpmClient.run("mqttjs.cjs", mqttJs(url, options, size, qos), server.ca()))
        .contains("heard " + MESSAGES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"wss", "mqtts"})
  void mqttJsWithACertificate(String scheme) throws Exception {
    String url = scheme + "://localhost:" + server.devicePort() + "/mqtt";
    Map<String, ?> options =
        Map.of(
            "ca", server.ca().toString(),
            "cert", device.certificate().toString(),
            "key", device.key().toString());
    assertThat(NpmClient.run("mqttjs.cjs", mqttJs(url, options, 10, 1), server.ca()))
        .contains("heard " + MESSAGES);
  }

  @Test
  void mqttJsWithoutAnyProofOnThePlainPort() throws Exception {
    String url = "ws://127.0.0.1:" + server.plainMqtt() + "/mqtt";
    assertThat(NpmClient.run("mqttjs.cjs", mqttJs(url, Map.of(), 10, 1), server.ca()))
        .contains("heard " + MESSAGES);
  }

  @Test
  void nodesWsClientCutsFramesAsItLikes() throws Exception {
    String url = "ws://127.0.0.1:" + server.plainMqtt() + "/mqtt";
    assertThat(NpmClient.run("ws.cjs", Map.of("url", url), server.ca()))
        .contains("all as it should be");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wss", "mqtts"})
  void deviceSdkVersion1(String protocol) throws Exception {
    List<String> key = server.accessKey();
    Map<String, Object> options = new HashMap<>();
    options.put("protocol", protocol);
    options.put("host", "localhost");
    options.put("port", server.port());
    options.put("clientId", "sdk1");
    options.put("caPath", server.ca().toString());
    if (protocol.equals("wss")) {
      options.put("region", "us-east-1");
      options.put("accessKeyId", key.getFirst());
      options.put("secretKey", key.getLast());
    } else {
      options.put("certPath", device.certificate().toString());
      options.put("keyPath", device.key().toString());
    }
    assertThat(NpmClient.run("sdk1.cjs", options, server.ca())).contains("heard hello on sdk1/t");
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void deviceSdkVersion2(boolean signed, boolean mqtt5) throws Exception {
    List<String> key = server.accessKey();
    Map<String, Object> given = new HashMap<>();
    given.put("host", "localhost");
    given.put("port", server.port());
    given.put("ca", server.ca().toString());
    given.put("mqtt5", mqtt5);
    given.put("clientId", "sdk2");
    if (signed) {
      given.put("region", "us-east-1");
      given.put("accessKey", key.getFirst());
      given.put("secretKey", key.getLast());
    } else {
      given.put("cert", device.certificate().toString());
      given.put("key", device.key().toString());
    }
    assertThat(NpmClient.run("sdk2.cjs", given, server.ca())).contains("heard hello on sdk2/t");
  }

  @Test
  void pahoOverWebSocket() throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    String url = "ws://127.0.0.1:" + server.plainMqtt() + "/mqtt";
    MqttConnectOptions options = new MqttConnectOptions();
    // It counts one down only some time after it has said that it is done.
    options.setMaxInflight(MESSAGES);
    // It writes a frame's head and content one by one, and else waits 40 ms between them.
    options.setSocketFactory(new PromptSockets());
    try (MqttClient client = new MqttClient(url, "paho", new MemoryPersistence())) {
      client.connect(options);
      client.subscribe(
          "paho/t",
          2,
          (_, message) -> got.add(new String(message.getPayload(), StandardCharsets.UTF_8)));
      for (int i = 0; i < MESSAGES; i++) {
        client.publish("paho/t", ("m" + i).getBytes(StandardCharsets.UTF_8), 2, false);
      }
      for (int i = 0; i < MESSAGES; i++) {
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo("m" + i);
      }
      client.disconnect();
    }
  }
}
