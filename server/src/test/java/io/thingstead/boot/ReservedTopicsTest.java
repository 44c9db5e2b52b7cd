package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.iotdataplane.model.InvalidRequestException;

/** Basic Ingest and the rules of {@code $} topics over MQTT, WebSocket and HTTPS. */
class ReservedTopicsTest {
  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningNode(directory);
    server.device("any");
    try (IotClient iot = server.iot()) {
      iot.attachPolicy(b -> b.policyName("any").target("anonymous"));
      Action republish =
          Action.builder()
              .republish(b -> b.topic("ingested").roleArn("arn:aws:iam::000000000000:role/r"))
              .build();
      iot.createTopicRule(
          b ->
              b.ruleName("direct")
                  .topicRulePayload(
                      rule ->
                          rule.sql("SELECT *, topic() AS topic FROM 'nowhere'")
                              .awsIotSqlVersion("2016-03-23")
                              .actions(republish)));
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static MqttClient client(String scheme) throws MqttException {
    String path = scheme.equals("ws") ? "/mqtt" : "";
    String url = scheme + "://127.0.0.1:" + server.plainMqtt() + path;
    MqttClient client = new MqttClient(url, scheme, new MemoryPersistence());
    client.connect();
    return client;
  }

  private static void publish(String over, String topic) throws Exception {
    if (over.equals("https")) {
      try (IotDataPlaneClient data = server.data()) {
        data.publish(b -> b.topic(topic).qos(1).payload(SdkBytes.fromUtf8String("{\"a\":1}")));
      }
      return;
    }
    try (MqttClient client = client(over)) {
      client.publish(topic, "{\"a\":1}".getBytes(UTF_8), 1, false);
      client.disconnect();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ws", "https"})
  void basicIngestReachesItsRuleAndNobodyElse(String over) throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    try (MqttClient listener =
        new MqttClient(
            "tcp://127.0.0.1:" + server.plainMqtt(), "listener", new MemoryPersistence())) {
      listener.connect();
      listener.subscribe(
          "#",
          1,
          (topic, message) -> got.add(topic + " " + new String(message.getPayload(), UTF_8)));
      publish(over, "$aws/rules/direct/dev/1");
      assertThat(got.poll(10, TimeUnit.SECONDS))
          .isEqualTo("ingested {\"a\":1,\"topic\":\"dev/1\"}");
      publish(over, "after");
      assertThat(got.poll(10, TimeUnit.SECONDS)).startsWith("after ");
      listener.disconnect();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ws"})
  void publishOnAReservedTopicEndsTheConnection(String over) throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    try (MqttClient client = client(over)) {
      client.setCallback(
          new MqttCallback() {
            @Override
            public void connectionLost(Throwable cause) {
              lost.countDown();
            }

            @Override
            public void messageArrived(String topic, MqttMessage message) {}

            @Override
            public void deliveryComplete(IMqttDeliveryToken token) {}
          });
      client.setTimeToWait(10_000);
      assertThatThrownBy(() -> client.publish("$aws/things/t/jobs/notify", new byte[0], 1, false))
          .isInstanceOf(MqttException.class);
      assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void publishOnAReservedTopicOverHttpsIsInvalid() throws Exception {
    try (IotDataPlaneClient data = server.data()) {
      assertThatThrownBy(() -> data.publish(b -> b.topic("$aws/things/t/jobs/notify")))
          .isInstanceOf(InvalidRequestException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ws"})
  void nobodySubscribesToBasicIngest(String over) throws Exception {
    try (MqttClient client = client(over)) {
      assertThatThrownBy(() -> client.subscribe("$aws/rules/direct/#", 1))
          .isInstanceOf(MqttException.class);
      client.subscribe("$aws/things/t/jobs/notify", 1);
      client.disconnect();
    }
  }
}
