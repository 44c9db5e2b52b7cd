package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import io.thingstead.model.Profile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What MQTT 5 has beyond 3.1.1, asked for by HiveMQ's client. */
class HiveMqFeaturesTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.THINGSTEAD);

  private static Mqtt5BlockingClient client(String suffix) {
    return Mqtt5Client.builder()
        .identifier(server.name(suffix))
        .serverHost("127.0.0.1")
        .serverPort(server.node().port())
        .buildBlocking();
  }

  private static Mqtt5BlockingClient connected(String suffix) {
    Mqtt5BlockingClient client = client(suffix);
    client.connect();
    return client;
  }

  private static Mqtt5Publish next(Mqtt5Publishes from) throws InterruptedException {
    return from.receive(10, TimeUnit.SECONDS).orElseThrow();
  }

  private static String text(Mqtt5Publish publish) {
    return new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8);
  }

  private static void publish(Mqtt5BlockingClient client, String topic, String text) {
    client
        .publishWith()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(text.getBytes(StandardCharsets.UTF_8))
        .send();
  }

  @Test
  void sessionExpiryIsLoweredToldAndKept() {
    Mqtt5BlockingClient client = client("c");
    Mqtt5ConnAck ack = client.connectWith().cleanStart(false).sessionExpiryInterval(100_000).send();
    assertThat(ack.isSessionPresent()).isFalse();
    assertThat(ack.getSessionExpiryInterval()).hasValue(3600);
    client.disconnect();
    server.pass(3000);
    assertThat(client.connectWith().cleanStart(false).send().isSessionPresent()).isTrue();
    client.disconnectWith().sessionExpiryInterval(0).send();
  }

  @Test
  void serverKeepAliveIsTold() {
    Mqtt5BlockingClient client = client("c");
    assertThat(client.connectWith().keepAlive(3600).send().getServerKeepAlive()).hasValue(1200);
    client.disconnect();
  }

  @Test
  void messageKeepsItsPropertiesAndTheRestOfItsTime() throws InterruptedException {
    Mqtt5BlockingClient away = client("away");
    away.connectWith().cleanStart(false).sessionExpiryInterval(1000).send();
    away.subscribeWith().topicFilter(server.name("/p")).qos(MqttQos.EXACTLY_ONCE).send();
    away.disconnect();
    Mqtt5BlockingClient publisher = connected("p");
    publisher
        .publishWith()
        .topic(server.name("/p"))
        .qos(MqttQos.EXACTLY_ONCE)
        .payload("x".getBytes(StandardCharsets.UTF_8))
        .messageExpiryInterval(100)
        .contentType("text/plain")
        .responseTopic("reply/here")
        .correlationData("id".getBytes(StandardCharsets.UTF_8))
        .userProperties()
        .add("k", "1")
        .add("a", "2")
        .add("k", "3")
        .applyUserProperties()
        .send();
    server.pass(40);
    try (Mqtt5Publishes got = away.publishes(MqttGlobalPublishFilter.ALL)) {
      away.connectWith().cleanStart(false).sessionExpiryInterval(1000).send();
      Mqtt5Publish publish = next(got);
      assertThat(publish.getMessageExpiryInterval()).hasValue(60);
      assertThat(publish.getContentType()).contains(MqttUtf8String.of("text/plain"));
      assertThat(publish.getResponseTopic().map(Object::toString)).contains("reply/here");
      assertThat(publish.getCorrelationData())
          .contains(ByteBuffer.wrap("id".getBytes(StandardCharsets.UTF_8)));
      assertThat(publish.getUserProperties().asList())
          .extracting(property -> property.getName() + "=" + property.getValue())
          .containsExactly("k=1", "a=2", "k=3");
    }
    away.disconnect();
    publisher.disconnect();
  }

  @Test
  void topicAliasesGoBothWays() throws InterruptedException {
    Mqtt5BlockingClient client = client("c");
    Mqtt5ConnAck ack =
        client.connectWith().restrictions().topicAliasMaximum(4).applyRestrictions().send();
    assertThat(ack.getRestrictions().getTopicAliasMaximum()).isEqualTo(8);
    try (Mqtt5Publishes got = client.publishes(MqttGlobalPublishFilter.ALL)) {
      client.subscribeWith().topicFilter(server.name("/#")).send();
      for (int i = 0; i < 60; i++) {
        String topic = server.name("/some/longer/topic/" + i % 6);
        publish(client, topic, "m" + i);
        Mqtt5Publish publish = next(got);
        assertThat(publish.getTopic()).hasToString(topic);
        assertThat(text(publish)).isEqualTo("m" + i);
      }
    }
    client.disconnect();
  }

  @Test
  void receiveMaximumAndPacketSizeOfTheClientHold() throws InterruptedException {
    Mqtt5BlockingClient client = client("c");
    Mqtt5ConnAck ack =
        client
            .connectWith()
            .restrictions()
            .receiveMaximum(3)
            .maximumPacketSize(600)
            .applyRestrictions()
            .send();
    assertThat(ack.getRestrictions().getReceiveMaximum()).isEqualTo(100);
    assertThat(ack.getRestrictions().getMaximumPacketSize()).isEqualTo(149_504);
    Mqtt5BlockingClient publisher = connected("p");
    try (Mqtt5Publishes got = client.publishes(MqttGlobalPublishFilter.ALL, true)) {
      client.subscribeWith().topicFilter(server.name("/f")).qos(MqttQos.AT_LEAST_ONCE).send();
      publish(publisher, server.name("/f"), "x".repeat(1000));
      for (int i = 0; i < 10; i++) {
        publish(publisher, server.name("/f"), "m" + i);
      }
      for (int i = 0; i < 3; i++) {
        Mqtt5Publish publish = next(got);
        assertThat(text(publish)).isEqualTo("m" + i);
        publish.acknowledge();
      }
      for (int i = 3; i < 10; i++) {
        Mqtt5Publish publish = next(got);
        assertThat(text(publish)).isEqualTo("m" + i);
        publish.acknowledge();
      }
    }
    client.disconnect();
    publisher.disconnect();
  }

  @Test
  void sharedSubscriptionDividesMessages() throws InterruptedException {
    Mqtt5BlockingClient one = connected("1");
    Mqtt5BlockingClient two = connected("2");
    Mqtt5BlockingClient publisher = connected("p");
    Set<String> all = new HashSet<>();
    try (Mqtt5Publishes first = one.publishes(MqttGlobalPublishFilter.ALL);
        Mqtt5Publishes second = two.publishes(MqttGlobalPublishFilter.ALL)) {
      String filter = "$share/g/" + server.name("/s");
      one.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
      two.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
      for (int i = 0; i < 40; i++) {
        publish(publisher, server.name("/s"), "m" + i);
      }
      while (all.size() < 40) {
        first.receive(10, TimeUnit.MILLISECONDS).ifPresent(got -> assertNew(all, got));
        second.receive(10, TimeUnit.MILLISECONDS).ifPresent(got -> assertNew(all, got));
      }
    }
    one.disconnect();
    two.disconnect();
    publisher.disconnect();
  }

  private static void assertNew(Set<String> all, Mqtt5Publish publish) {
    assertThat(all.add(text(publish))).isTrue();
  }

  @Test
  void willWaitsForItsDelay() throws InterruptedException {
    Mqtt5BlockingClient watcher = connected("w");
    try (Mqtt5Publishes got = watcher.publishes(MqttGlobalPublishFilter.ALL)) {
      watcher.subscribeWith().topicFilter(server.name("/will")).send();
      Mqtt5BlockingClient client = client("c");
      client
          .connectWith()
          .sessionExpiryInterval(100)
          .willPublish()
          .topic(server.name("/will"))
          .payload("gone".getBytes(StandardCharsets.UTF_8))
          .delayInterval(20)
          .applyWillPublish()
          .send();
      client
          .disconnectWith()
          .reasonCode(
              com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode
                  .DISCONNECT_WITH_WILL_MESSAGE)
          .send();
      server.pass(15);
      assertThat(got.receiveNow()).isEmpty();
      server.pass(6);
      assertThat(text(next(got))).isEqualTo("gone");
    }
    watcher.disconnect();
  }

  @Test
  void refusalsNameTheirReason() {
    server.authorization.deny("publish " + server.name("/no"));
    Mqtt5BlockingClient client = connected("c");
    assertThatThrownBy(() -> publish(client, server.name("/no"), "x"))
        .isInstanceOfSatisfying(
            Mqtt5PubAckException.class,
            refused -> {
              assertThat(refused.getMqttMessage().getReasonCode())
                  .isEqualTo(Mqtt5PubAckReasonCode.NOT_AUTHORIZED);
              assertThat(refused.getMqttMessage().getReasonString().map(Object::toString))
                  .hasValueSatisfying(why -> assertThat(why).contains("denies"));
            });
    client.disconnect();
    Mqtt5BlockingClient dollar =
        Mqtt5Client.builder()
            .identifier("$no")
            .serverHost("127.0.0.1")
            .serverPort(server.node().port())
            .buildBlocking();
    assertThatThrownBy(dollar::connect)
        .isInstanceOfSatisfying(
            Mqtt5ConnAckException.class,
            refused ->
                assertThat(refused.getMqttMessage().getReasonCode())
                    .isEqualTo(Mqtt5ConnAckReasonCode.CLIENT_IDENTIFIER_NOT_VALID));
  }

  @Test
  void subscriptionOptionsHold() throws InterruptedException {
    Mqtt5BlockingClient client = connected("c");
    client
        .publishWith()
        .topic(server.name("/r"))
        .retain(true)
        .payload("kept".getBytes(StandardCharsets.UTF_8))
        .send();
    try (Mqtt5Publishes got = client.publishes(MqttGlobalPublishFilter.ALL)) {
      client
          .subscribeWith()
          .topicFilter(server.name("/r"))
          .noLocal(true)
          .retainAsPublished(true)
          .retainHandling(Mqtt5RetainHandling.DO_NOT_SEND)
          .send();
      publish(client, server.name("/r"), "own");
      Mqtt5BlockingClient other = connected("o");
      other
          .publishWith()
          .topic(server.name("/r"))
          .retain(true)
          .payload("other".getBytes(StandardCharsets.UTF_8))
          .send();
      Mqtt5Publish publish = next(got);
      assertThat(text(publish)).isEqualTo("other");
      assertThat(publish.isRetain()).isTrue();
      other.disconnect();
    }
    client.disconnect();
  }

  @Test
  void requestIsAnswered() throws InterruptedException {
    Mqtt5BlockingClient asks = connected("asks");
    Mqtt5BlockingClient answers = connected("answers");
    try (Mqtt5Publishes inbox = asks.publishes(MqttGlobalPublishFilter.ALL);
        Mqtt5Publishes requests = answers.publishes(MqttGlobalPublishFilter.ALL)) {
      asks.subscribeWith().topicFilter(server.name("/inbox")).send();
      answers.subscribeWith().topicFilter(server.name("/service")).send();
      asks.publishWith()
          .topic(server.name("/service"))
          .responseTopic(server.name("/inbox"))
          .correlationData(new byte[] {7})
          .send();
      Mqtt5Publish request = next(requests);
      answers
          .publishWith()
          .topic(request.getResponseTopic().orElseThrow())
          .correlationData(request.getCorrelationData().orElseThrow())
          .send();
      assertThat(next(inbox).getCorrelationData()).contains(ByteBuffer.wrap(new byte[] {7}));
    }
    asks.disconnect();
    answers.disconnect();
  }
}
