package io.thingstead.installed;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MqttDefaultFilePersistence;

/**
 * Paho with its state in files, in a process of its own that can be killed. Arguments: URL, client
 * id, directory, and what to do: {@code publish TEXT} on q/t at QoS 2; {@code resume}, end what a
 * former process has begun; {@code subscribe}, to q/t, and leave; {@code listen}, print what comes.
 */
final class PahoChild implements MqttCallback {
  private final CountDownLatch ended = new CountDownLatch(1);

  private PahoChild() {}

  public static void main(String[] arguments) throws Exception {
    MqttAsyncClient client =
        new MqttAsyncClient(
            arguments[0], arguments[1], new MqttDefaultFilePersistence(arguments[2]));
    MqttConnectOptions options = new MqttConnectOptions();
    options.setCleanSession(false);
    PahoChild child = new PahoChild();
    client.setCallback(child);
    client.connect(options).waitForCompletion(10_000);
    switch (arguments[3]) {
      case "publish" ->
          client.publish("q/t", arguments[4].getBytes(StandardCharsets.UTF_8), 2, false);
      case "subscribe" -> {
        client.subscribe("q/t", 2).waitForCompletion(10_000);
        client.disconnect(0).waitForCompletion(10_000);
        System.exit(0);
      }
      case "resume" -> {
        if (client.getPendingDeliveryTokens().length == 0) {
          System.exit(0);
        }
      }
      default -> {}
    }
    child.ended.await();
    System.exit(0);
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    System.out.println("got " + new String(message.getPayload(), StandardCharsets.UTF_8));
    System.out.flush();
  }

  @Override
  public void deliveryComplete(IMqttDeliveryToken token) {
    ended.countDown();
  }

  @Override
  public void connectionLost(Throwable cause) {
    System.exit(3);
  }
}
