package io.thingstead.installed;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/** HiveMQ's client (MQTT 5) with a session that is kept; it comes back by itself. */
final class HiveClient implements AutoCloseable {
  private static final int WINDOW = 20;

  private final Mqtt5AsyncClient client;
  private final LongConsumer onAck;
  private final Semaphore window = new Semaphore(WINDOW);

  HiveClient(Device device, String id, BiConsumer<String, String> onMessage, LongConsumer onAck) {
    this.onAck = onAck;
    client =
        Mqtt5Client.builder()
            .identifier(id)
            .serverHost("localhost")
            .serverPort(device.port())
            .sslConfig(device.hiveTls())
            .automaticReconnect()
            .initialDelay(50, TimeUnit.MILLISECONDS)
            .maxDelay(200, TimeUnit.MILLISECONDS)
            .applyAutomaticReconnect()
            .buildAsync();
    client.publishes(
        MqttGlobalPublishFilter.ALL,
        publish ->
            onMessage.accept(
                publish.getTopic().toString(),
                new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8)));
  }

  HiveClient start(String filter) {
    client
        .connectWith()
        .cleanStart(false)
        .sessionExpiryInterval(3600)
        .send()
        .orTimeout(20, TimeUnit.SECONDS)
        .join();
    if (!filter.isEmpty()) {
      client
          .subscribeWith()
          .topicFilter(filter)
          .qos(MqttQos.EXACTLY_ONCE)
          .send()
          .orTimeout(20, TimeUnit.SECONDS)
          .join();
    }
    return this;
  }

  /** Hands a message over as soon as there is room among those in flight. */
  void publish(String topic, String payload, int qos, long number) throws InterruptedException {
    window.acquire();
    var _ =
        client
            .publishWith()
            .topic(topic)
            .qos(qos == 2 ? MqttQos.EXACTLY_ONCE : MqttQos.AT_LEAST_ONCE)
            .payload(payload.getBytes(StandardCharsets.UTF_8))
            .send()
            .whenComplete(
                (result, failure) -> {
                  if (failure == null && result.getError().isEmpty()) {
                    onAck.accept(number);
                  } else {
                    System.err.println(
                        "HiveMQ's client gave up " + payload + ": " + failure + " " + result);
                  }
                  window.release();
                });
  }

  @Override
  public void close() {
    client.disconnect().orTimeout(5, TimeUnit.SECONDS).exceptionally(_ -> null).join();
  }
}
