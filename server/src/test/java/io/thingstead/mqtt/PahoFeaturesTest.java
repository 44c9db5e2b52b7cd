package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.Profile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What MQTT 5 has beyond 3.1.1, asked for by Paho's client. */
class PahoFeaturesTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.THINGSTEAD);

  private final List<MqttClient> clients = new ArrayList<>();

  @AfterEach
  void close() throws MqttException {
    for (MqttClient client : clients) {
      if (client.isConnected()) {
        client.disconnectForcibly(0, 1000, false);
      }
      client.close(true);
    }
  }

  /** A client and what it has heard. */
  private static final class Heard implements MqttCallback {
    private final BlockingQueue<MqttMessage> messages = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> topics = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> ends = new LinkedBlockingQueue<>();

    @Override
    public void messageArrived(String topic, MqttMessage message) {
      topics.add(topic);
      messages.add(message);
    }

    MqttMessage next() throws InterruptedException {
      MqttMessage message = messages.poll(10, TimeUnit.SECONDS);
      assertThat(message).isNotNull();
      return message;
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
      ends.add(response.getReturnCode());
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}
  }

  private MqttClient client(String suffix, Heard heard) throws MqttException {
    MqttClient client =
        new MqttClient(
            "tcp://127.0.0.1:" + server.node().port(),
            server.name(suffix),
            new MemoryPersistence());
    client.setTimeToWait(10_000);
    client.setCallback(heard);
    clients.add(client);
    return client;
  }

  private MqttClient connected(String suffix, Heard heard) throws MqttException {
    MqttClient client = client(suffix, heard);
    client.connect(new MqttConnectionOptions());
    return client;
  }

  private static MqttMessage message(String text, int qos) {
    MqttMessage message = new MqttMessage(text.getBytes(StandardCharsets.UTF_8));
    message.setQos(qos);
    message.setProperties(new MqttProperties());
    return message;
  }

  private static String text(MqttMessage message) {
    return new String(message.getPayload(), StandardCharsets.UTF_8);
  }

  private static void subscribe(MqttClient client, MqttSubscription subscription)
      throws MqttException {
    client.subscribe(new MqttSubscription[] {subscription});
  }

  @Test
  void sessionExpiresAsAskedAndServerKeepAliveIsTold() throws MqttException {
    MqttConnectionOptions kept = new MqttConnectionOptions();
    kept.setCleanStart(false);
    kept.setSessionExpiryInterval(50L);
    kept.setKeepAliveInterval(5000);
    MqttClient client = client("c", new Heard());
    IMqttToken first = client.connectWithResult(kept);
    assertThat(first.getSessionPresent()).isFalse();
    assertThat(first.getResponseProperties().getServerKeepAlive()).isEqualTo(1200);
    client.disconnect();
    server.pass(40);
    assertThat(client.connectWithResult(kept).getSessionPresent()).isTrue();
    client.disconnect();
    server.pass(52);
    assertThat(client.connectWithResult(kept).getSessionPresent()).isFalse();
  }

  @Test
  void messageKeepsItsPropertiesAndTheRestOfItsTime() throws Exception {
    Heard heard = new Heard();
    MqttConnectionOptions kept = new MqttConnectionOptions();
    kept.setCleanStart(false);
    kept.setSessionExpiryInterval(1000L);
    MqttClient away = client("away", heard);
    away.connect(kept);
    away.subscribe(server.name("/p"), 2);
    away.disconnect();
    MqttMessage message = message("x", 2);
    message.getProperties().setMessageExpiryInterval(100L);
    message.getProperties().setContentType("text/plain");
    message.getProperties().setPayloadFormat(true);
    message.getProperties().setResponseTopic("reply/here");
    message.getProperties().setCorrelationData(new byte[] {7});
    message
        .getProperties()
        .setUserProperties(
            List.of(
                new UserProperty("k", "1"),
                new UserProperty("a", "2"),
                new UserProperty("k", "3")));
    connected("p", new Heard()).publish(server.name("/p"), message);
    server.pass(40);
    away.connect(kept);
    MqttProperties got = heard.next().getProperties();
    assertThat(got.getMessageExpiryInterval()).isEqualTo(60);
    assertThat(got.getContentType()).isEqualTo("text/plain");
    assertThat(got.getResponseTopic()).isEqualTo("reply/here");
    assertThat(got.getCorrelationData()).containsExactly(7);
    assertThat(got.getUserProperties())
        .extracting(property -> property.getKey() + "=" + property.getValue())
        .containsExactly("k=1", "a=2", "k=3");
  }

  @Test
  void topicIsNamedEachTimeToAClientThatAllowsNoAlias() throws Exception {
    // Paho allows none by itself, and when told to, forgets the first (its issue 866).
    Heard heard = new Heard();
    MqttClient client = client("c", heard);
    assertThat(
            client
                .connectWithResult(new MqttConnectionOptions())
                .getResponseProperties()
                .getTopicAliasMaximum())
        .isEqualTo(8);
    client.subscribe(server.name("/#"), 1);
    for (int i = 0; i < 30; i++) {
      String topic = server.name("/some/longer/topic/" + i % 12);
      client.publish(topic, message("m" + i, 1));
      assertThat(text(heard.next())).isEqualTo("m" + i);
      assertThat(heard.topics.poll()).isEqualTo(topic);
    }
  }

  @Test
  void receiveMaximumAndPacketSizeOfTheClientHold() throws Exception {
    Heard heard = new Heard();
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setReceiveMaximum(3);
    options.setMaximumPacketSize(600L);
    MqttClient client = client("c", heard);
    client.setManualAcks(true);
    client.connect(options);
    client.subscribe(server.name("/f"), 1);
    MqttClient publisher = connected("p", new Heard());
    publisher.publish(server.name("/f"), message("x".repeat(1000), 1));
    for (int i = 0; i < 6; i++) {
      publisher.publish(server.name("/f"), message("m" + i, 1));
    }
    List<MqttMessage> first = List.of(heard.next(), heard.next(), heard.next());
    assertThat(first).extracting(PahoFeaturesTest::text).containsExactly("m0", "m1", "m2");
    assertThat(heard.messages).isEmpty();
    for (MqttMessage one : first) {
      client.messageArrivedComplete(one.getId(), 1);
    }
    for (int i = 3; i < 6; i++) {
      assertThat(text(heard.next())).isEqualTo("m" + i);
    }
  }

  @Test
  void sharedSubscriptionDividesMessages() throws Exception {
    Heard one = new Heard();
    Heard two = new Heard();
    subscribe(connected("1", one), new MqttSubscription("$share/g/" + server.name("/s"), 1));
    subscribe(connected("2", two), new MqttSubscription("$share/g/" + server.name("/s"), 1));
    MqttClient publisher = connected("p", new Heard());
    for (int i = 0; i < 40; i++) {
      publisher.publish(server.name("/s"), message("m" + i, 1));
    }
    publisher.publish(server.name("/s"), message("end", 1));
    List<String> all = new ArrayList<>();
    while (all.size() < 41) {
      MqttMessage next = one.messages.poll(1, TimeUnit.MILLISECONDS);
      next = next == null ? two.messages.poll(10, TimeUnit.MILLISECONDS) : next;
      if (next != null) {
        all.add(text(next));
      }
    }
    assertThat(all).doesNotHaveDuplicates();
  }

  @Test
  void willWaitsForItsDelay() throws Exception {
    Heard heard = new Heard();
    connected("w", heard).subscribe(server.name("/will"), 1);
    MqttProperties will = new MqttProperties();
    will.setWillDelayInterval(20L);
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setSessionExpiryInterval(100L);
    options.setWill(server.name("/will"), message("gone", 1));
    options.setWillMessageProperties(will);
    MqttClient client = client("c", new Heard());
    client.connect(options);
    client.disconnectForcibly(0, 1000, false);
    server.pass(15);
    assertThat(heard.messages).isEmpty();
    server.pass(10);
    assertThat(text(heard.next())).isEqualTo("gone");
  }

  @Test
  void refusalsNameTheirReason() throws Exception {
    server.authorization.deny("subscribe " + server.name("/no"));
    MqttClient client = connected("c", new Heard());
    IMqttToken token = client.subscribe(server.name("/no"), 1);
    assertThat(token.getReasonCodes()).containsExactly(ReasonCode.NOT_AUTHORIZED.code());
    assertThat(token.getResponseProperties().getReasonString()).contains("denies");
    Heard heard = new Heard();
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setAuthMethod("SCRAM-SHA-1");
    assertThatThrownBy(() -> client("a", heard).connect(options))
        .isInstanceOfSatisfying(
            MqttException.class,
            refused ->
                assertThat(refused.getReasonCode())
                    .isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD.code()));
  }

  @Test
  void takenOverClientIsToldWhy() throws Exception {
    Heard heard = new Heard();
    connected("c", heard);
    connected("c", new Heard());
    assertThat(heard.ends.poll(10, TimeUnit.SECONDS))
        .isEqualTo(ReasonCode.SESSION_TAKEN_OVER.code());
  }

  @Test
  void subscriptionOptionsHold() throws Exception {
    Heard heard = new Heard();
    MqttClient client = connected("c", heard);
    MqttMessage kept = message("kept", 1);
    kept.setRetained(true);
    client.publish(server.name("/r"), kept);
    MqttSubscription subscription = new MqttSubscription(server.name("/r"), 1);
    subscription.setNoLocal(true);
    subscription.setRetainAsPublished(true);
    subscription.setRetainHandling(2);
    client.subscribe(new MqttSubscription[] {subscription});
    client.publish(server.name("/r"), message("own", 1));
    MqttMessage other = message("other", 1);
    other.setRetained(true);
    connected("o", new Heard()).publish(server.name("/r"), other);
    MqttMessage got = heard.next();
    assertThat(text(got)).isEqualTo("other");
    assertThat(got.isRetained()).isTrue();
  }
}
