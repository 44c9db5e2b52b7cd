package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.thingstead.model.Profile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that other people wrote. */
class PublicClientsTest {
  private static final int MESSAGES = 200;

  @TempDir Path directory;
  private TestNode node;

  @BeforeEach
  void start() {
    AllowAll all = new AllowAll();
    node = new TestNode(directory, 0, 2, Profile.THINGSTEAD, _ -> all);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void hivemqClientGetsEveryQos2MessageOnceAndInOrder() throws Exception {
    Mqtt5BlockingClient subscriber = hivemq("sub");
    Mqtt5BlockingClient publisher = hivemq("pub");
    subscriber.connect();
    publisher.connect();
    try (Mqtt5BlockingClient.Mqtt5Publishes got =
        subscriber.publishes(MqttGlobalPublishFilter.ALL)) {
      subscriber.subscribeWith().topicFilter("h/#").qos(MqttQos.EXACTLY_ONCE).send();
      for (int i = 0; i < MESSAGES; i++) {
        publisher
            .publishWith()
            .topic("h/t")
            .qos(MqttQos.EXACTLY_ONCE)
            .payload(("m" + i).getBytes(StandardCharsets.UTF_8))
            .send();
      }
      for (int i = 0; i < MESSAGES; i++) {
        Mqtt5Publish publish = got.receive(10, TimeUnit.SECONDS).orElseThrow();
        assertThat(new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8))
            .isEqualTo("m" + i);
      }
    }
    subscriber.disconnect();
    publisher.disconnect();
  }

  private Mqtt5BlockingClient hivemq(String clientId) {
    return Mqtt5Client.builder()
        .identifier(clientId)
        .serverHost("127.0.0.1")
        .serverPort(node.port())
        .buildBlocking();
  }

  @Test
  void pahoClientComesBackToItsQueue() throws Exception {
    MqttConnectOptions kept = new MqttConnectOptions();
    kept.setCleanSession(false);
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    try (MqttClient away = paho("away")) {
      away.connect(kept);
      away.subscribe("p/#", 2);
      away.disconnect();
      try (MqttClient publisher = paho("publisher")) {
        MqttConnectOptions options = new MqttConnectOptions();
        // It counts one down only some time after it has said that it is done.
        options.setMaxInflight(MESSAGES);
        publisher.connect(options);
        for (int i = 0; i < MESSAGES; i++) {
          byte[] payload = ("m" + i).getBytes(StandardCharsets.UTF_8);
          publisher.publish("p/t", payload, 1, false);
        }
        publisher.disconnect();
      }
      away.setCallback(
          new MqttCallback() {
            @Override
            public void messageArrived(String topic, MqttMessage message) {
              got.add(text(message.getPayload()));
            }

            @Override
            public void connectionLost(Throwable cause) {}

            @Override
            public void deliveryComplete(IMqttDeliveryToken token) {}
          });
      away.connect(kept);
      List<String> all = new ArrayList<>();
      while (all.size() < MESSAGES) {
        String next = got.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("after " + all.size()).isNotNull();
        all.add(next);
      }
      assertThat(all.getLast()).isEqualTo("m" + (MESSAGES - 1));
      away.disconnect();
    }
  }

  private static String text(byte[] payload) {
    return new String(payload, StandardCharsets.UTF_8);
  }

  private MqttClient paho(String clientId) throws Exception {
    return new MqttClient("tcp://127.0.0.1:" + node.port(), clientId, new MemoryPersistence());
  }
}
