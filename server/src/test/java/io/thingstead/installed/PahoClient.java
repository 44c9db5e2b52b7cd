package io.thingstead.installed;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;

/**
 * Eclipse Paho (MQTT 3.1.1) with a session that is kept, that comes back whenever it is cut off.
 */
final class PahoClient implements MqttCallback, AutoCloseable {
  private static final int WINDOW = 20;
  private static final long RETRY_MS = 30;

  private final MqttAsyncClient client;
  private final MqttConnectOptions options;
  private final BiConsumer<String, String> onMessage;
  private final LongConsumer onAck;
  private final Semaphore window = new Semaphore(WINDOW);
  private final Semaphore lost = new Semaphore(0);
  private volatile boolean closed;
  private @Nullable Thread keeper;

  /**
   * @param onMessage told topic and payload of each message
   * @param onAck told the number of each publish that is acknowledged in full
   */
  PahoClient(Device device, String id, BiConsumer<String, String> onMessage, LongConsumer onAck)
      throws MqttException {
    this.client = new MqttAsyncClient(device.url(), id, new MemoryPersistence());
    this.options = device.pahoOptions();
    this.onMessage = onMessage;
    this.onAck = onAck;
    options.setCleanSession(false);
    options.setMaxInflight(2 * WINDOW);
    options.setConnectionTimeout(5);
    client.setCallback(this);
  }

  /** Connects, subscribes if there is a filter, and stays connected from now on. */
  PahoClient start(String filter) throws MqttException {
    client.connect(options).waitForCompletion(20_000);
    if (!filter.isEmpty()) {
      client.subscribe(filter, 2).waitForCompletion(20_000);
    }
    keeper = Thread.ofVirtual().start(this::comeBack);
    return this;
  }

  /** Leaves its session behind. */
  void leave() throws MqttException {
    closed = true;
    client.disconnect(0).waitForCompletion(20_000);
  }

  /** Connects again after {@link #leave}. */
  void returnOnce() throws MqttException {
    client.connect(options).waitForCompletion(20_000);
  }

  private void comeBack() {
    try {
      while (!closed) {
        if (!client.isConnected()) {
          tryToConnect();
        }
        lost.tryAcquire(RETRY_MS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tryToConnect() {
    try {
      client.connect(options).waitForCompletion(5_000);
    } catch (MqttException e) {
      // The server is down, or a former attempt has not quite ended.
    }
  }

  /** Hands a message over, waiting for a connection and for room among those in flight. */
  void publish(String topic, String payload, int qos, boolean retained, long number)
      throws InterruptedException {
    window.acquire();
    MqttMessage message = new MqttMessage(payload.getBytes(StandardCharsets.UTF_8));
    message.setQos(qos);
    message.setRetained(retained);
    while (!closed) {
      try {
        client.publish(topic, message, number, null);
        return;
      } catch (MqttException e) {
        // Not connected: the client has not taken it.
        lost.tryAcquire(RETRY_MS, TimeUnit.MILLISECONDS);
      }
    }
  }

  @Override
  public void connectionLost(Throwable cause) {
    lost.release();
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    onMessage.accept(topic, new String(message.getPayload(), StandardCharsets.UTF_8));
  }

  @Override
  public void deliveryComplete(IMqttDeliveryToken token) {
    onAck.accept((Long) token.getUserContext());
    window.release();
  }

  @Override
  public void close() {
    closed = true;
    lost.release();
    try {
      if (keeper != null) {
        keeper.join();
      }
      // Also an attempt to connect that nobody waits for any more: close() refuses while it lasts.
      // Without a farewell: for the answer to that it would wait a whole second, and there is none.
      client.disconnectForcibly(0, 1_000, false);
      client.close(true);
    } catch (MqttException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
