package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client sees on the wire. */
class ConnectionTest {
  @TempDir Path directory;
  private final AllowAll authorization = new AllowAll();
  private TestNode node;

  @BeforeEach
  void start() {
    node = new TestNode(directory, 0, 2, Profile.THINGSTEAD, _ -> authorization);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private RawClient joined(Version version, String clientId) throws IOException {
    return RawClient.joined(node.port(), version, clientId, true);
  }

  @ParameterizedTest
  @EnumSource(
      value = Version.class,
      names = {"V3_1_1", "V5"})
  void messageGoesToSubscriberAtEveryQos(Version version) throws IOException {
    try (RawClient subscriber = joined(version, "s");
        RawClient publisher = joined(version, "p")) {
      subscriber.subscribe("a/+", Qos.EXACTLY_ONCE);
      assertThat(((SubAck) subscriber.read()).reasons()).containsExactly(ReasonCode.GRANTED_QOS_2);

      publisher.publish("a/b", "zero", Qos.AT_MOST_ONCE, false, 0);
      publisher.publish("a/b", "one", Qos.AT_LEAST_ONCE, false, 7);
      publisher.publish("a/b", "two", Qos.EXACTLY_ONCE, false, 8);

      assertThat(((PubAck) publisher.read()).packetId()).isEqualTo(7);
      assertThat(((PubRec) publisher.read()).packetId()).isEqualTo(8);
      publisher.send(new PubRel(8, ReasonCode.SUCCESS, Explanation.NONE));
      assertThat(((PubComp) publisher.read()).packetId()).isEqualTo(8);
      assertThat(subscriber.readText()).isEqualTo("zero");
      assertThat(subscriber.readText()).isEqualTo("one");
      Publish two = (Publish) subscriber.read();
      assertThat(two.qos()).isEqualTo(Qos.EXACTLY_ONCE);
      subscriber.send(new PubRec(two.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
      assertThat(((PubRel) subscriber.read()).packetId()).isEqualTo(two.packetId());
    }
  }

  @Test
  void duplicateClientIdClosesTheOlderConnection() throws IOException { // MQTT-3.1.4-3
    try (RawClient older = joined(Version.V5, "same");
        RawClient newer = joined(Version.V5, "same")) {
      assertThat(((Disconnect) older.read()).reason()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
      assertThat(older.readOrEnd()).isNull();
      newer.send(PingReq.INSTANCE);
      assertThat(newer.read()).isEqualTo(PingResp.INSTANCE);
    }
  }

  @Test
  void unauthorizedPublishClosesMqtt3AndIsAnsweredInMqtt5() throws IOException {
    authorization.deny("publish secret");
    try (RawClient three = joined(Version.V3_1_1, "three");
        RawClient five = joined(Version.V5, "five")) {
      three.publish("secret", "x", Qos.AT_LEAST_ONCE, false, 1);
      assertThat(three.readOrEnd()).isNull();

      five.publish("secret", "x", Qos.AT_LEAST_ONCE, false, 1);
      assertThat(((PubAck) five.read()).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
      five.publish("secret", "x", Qos.AT_MOST_ONCE, false, 0);
      assertThat(((Disconnect) five.read()).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }
    assertThat(node.refusals())
        .contains("refused publish client=three secret: test denies publish secret");
  }

  @Test
  void policyChangeHoldsForTheNextPublish() throws IOException {
    try (RawClient client = joined(Version.V5, "c")) {
      client.publish("t", "x", Qos.AT_LEAST_ONCE, false, 1);
      assertThat(((PubAck) client.read()).reason()).isEqualTo(ReasonCode.SUCCESS);
      authorization.deny("publish t");
      client.publish("t", "x", Qos.AT_LEAST_ONCE, false, 2);
      assertThat(((PubAck) client.read()).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }
  }

  @Test
  void messageThatMayNotBeReceivedIsNotDeliveredAndToldOfOnce() throws IOException {
    authorization.deny("receive a/secret");
    try (RawClient client = joined(Version.V5, "c")) {
      client.subscribe("a/#", Qos.AT_MOST_ONCE);
      client.read();
      client.publish("a/secret", "no", Qos.AT_MOST_ONCE, false, 0);
      client.publish("a/secret", "no", Qos.AT_MOST_ONCE, false, 0);
      client.publish("a/open", "yes", Qos.AT_MOST_ONCE, false, 0);
      assertThat(client.readText()).isEqualTo("yes");
    }
    assertThat(node.refusals())
        .containsExactly("refused receive client=c a/secret: test denies receive a/secret");
  }

  @Test
  void unauthorizedSubscriptionFailsAlone() throws IOException {
    authorization.deny("subscribe no");
    try (RawClient client = joined(Version.V5, "c")) {
      client.send(
          new Subscribe(
              3,
              List.of(request("no"), request("yes"), request("a/#/b")),
              SubscribeProperties.NONE));
      assertThat(((SubAck) client.read()).reasons())
          .containsExactly(
              ReasonCode.NOT_AUTHORIZED, ReasonCode.GRANTED_QOS_1, ReasonCode.TOPIC_FILTER_INVALID);
    }
  }

  private static Subscribe.Request request(String filter) {
    return new Subscribe.Request(
        filter, Qos.AT_LEAST_ONCE, false, false, Subscribe.RetainHandling.SEND);
  }

  @Test
  void unauthorizedConnectIsRefusedByName() throws IOException {
    authorization.deny("connect");
    try (RawClient five = new RawClient(node.port(), Version.V5);
        RawClient three = new RawClient(node.port(), Version.V3_1_1)) {
      five.send(RawClient.connect(Version.V5, "c5", true, null));
      assertThat(((ConnAck) five.read()).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
      assertThat(five.readOrEnd()).isNull();
      three.send(RawClient.connect(Version.V3_1_1, "c3", true, null));
      assertThat(((ConnAck) three.read()).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }
    assertThat(node.refusals()).contains("refused connect client=c5 : test denies connect");
  }

  @Test
  void willIsPublishedWhenTheConnectionIsLostButNotAfterDisconnect() throws IOException {
    try (RawClient watcher = joined(Version.V5, "watcher")) {
      watcher.subscribe("will/#", Qos.AT_LEAST_ONCE);
      watcher.read();
      leave("polite", "will/polite", true);
      leave("lost", "will/lost", false);
      Publish got = (Publish) watcher.read();
      assertThat(got.topic()).isEqualTo("will/lost");
    }
  }

  private void leave(String clientId, String topic, boolean politely) throws IOException {
    try (RawClient client = new RawClient(node.port(), Version.V5)) {
      Will will =
          new Will(topic, new byte[] {1}, Qos.AT_LEAST_ONCE, false, 0, -1, MessageProperties.NONE);
      client.send(RawClient.connect(Version.V5, clientId, true, will));
      client.read();
      if (politely) {
        client.send(Disconnect.NORMAL);
        assertThat(client.readOrEnd()).isNull();
      }
    }
  }

  @Test
  void retainedMessageGoesToNewSubscriptionsUntilRemoved() throws IOException {
    try (RawClient client = joined(Version.V5, "c")) {
      client.publish("r/a", "kept", Qos.AT_LEAST_ONCE, true, 1);
      client.read();
      client.subscribe("r/+", Qos.AT_LEAST_ONCE);
      client.read();
      Publish kept = (Publish) client.read();
      assertThat(kept.retain()).isTrue();
      client.publish("r/a", "", Qos.AT_LEAST_ONCE, true, 2);
      // The removal itself is delivered, without the retain flag [MQTT-3.3.1-12].
      Packet first = client.read();
      Packet second = client.read();
      assertThat(List.of(first, second)).hasAtLeastOneElementOfType(PubAck.class);
      client.subscribe("r/#", Qos.AT_MOST_ONCE);
      assertThat(client.read()).isInstanceOf(SubAck.class);
      client.send(PingReq.INSTANCE);
      assertThat(client.read()).isEqualTo(PingResp.INSTANCE);
    }
  }

  @Test
  void sessionOfAnOfflineClientKeepsItsMessagesOverARestart() throws IOException {
    try (RawClient away = RawClient.joined(node.port(), Version.V3_1_1, "away", false)) {
      away.subscribe("q/#", Qos.EXACTLY_ONCE);
      away.read();
    }
    try (RawClient publisher = joined(Version.V5, "p")) {
      publisher.publish("q/1", "one", Qos.AT_LEAST_ONCE, false, 1);
      publisher.publish("q/2", "two", Qos.AT_LEAST_ONCE, false, 2);
      publisher.read();
      publisher.read();
    }
    node.close();
    start();
    try (RawClient back = new RawClient(node.port(), Version.V3_1_1)) {
      back.send(RawClient.connect(Version.V3_1_1, "away", false, null));
      assertThat(((ConnAck) back.read()).sessionPresent()).isTrue();
      assertThat(back.readText()).isEqualTo("one");
      assertThat(back.readText()).isEqualTo("two");
    }
  }

  @Test
  void unacknowledgedMessageComesAgainWithDup() throws IOException { // MQTT-4.4.0-1
    try (RawClient first = RawClient.joined(node.port(), Version.V3_1_1, "d", false)) {
      first.subscribe("d/#", Qos.AT_LEAST_ONCE);
      first.read();
      first.publish("d/1", "again", Qos.AT_MOST_ONCE, false, 0);
      first.publish("d/1", "again", Qos.AT_LEAST_ONCE, false, 9);
      assertThat(first.readText()).isEqualTo("again");
      Publish unacknowledged = readPublish(first);
      try (RawClient second = new RawClient(node.port(), Version.V3_1_1)) {
        second.send(RawClient.connect(Version.V3_1_1, "d", false, null));
        second.read();
        Publish again = (Publish) second.read();
        assertThat(again.dup()).isTrue();
        assertThat(again.packetId()).isEqualTo(unacknowledged.packetId());
      }
    }
  }

  private static Publish readPublish(RawClient client) throws IOException {
    Packet packet = client.read();
    return packet instanceof Publish publish ? publish : (Publish) client.read();
  }

  @Test
  void propertiesTravelToMqtt5Subscribers() throws IOException {
    MessageProperties sent =
        new MessageProperties(
            true,
            "text/plain",
            "reply/here",
            new byte[] {1, 2},
            List.of(
                new MessageProperties.UserProperty("k", "1"),
                new MessageProperties.UserProperty("k", "2")));
    try (RawClient client = joined(Version.V5, "c")) {
      client.send(new Subscribe(1, List.of(request("p")), new SubscribeProperties(42, List.of())));
      client.read();
      client.publish("p", "x", Qos.AT_MOST_ONCE, false, 0, RawClient.properties(sent));
      Publish got = (Publish) client.read();
      assertThat(got.properties().message().userProperties()).isEqualTo(sent.userProperties());
      assertThat(got.properties().message().contentType()).isEqualTo("text/plain");
      assertThat(got.properties().message().responseTopic()).isEqualTo("reply/here");
      assertThat(got.properties().message().correlationData()).containsExactly(1, 2);
      assertThat(got.properties().subscriptionIdentifiers()).containsExactly(42);
    }
  }

  @Test
  void packetThatBreaksTheStandardEndsTheConnectionWithAReason() throws IOException {
    try (RawClient client = joined(Version.V5, "c")) {
      client.sendBytes(0x36, 0x05, 0x00, 0x01, 'a', 0x00, 0x01);
      assertThat(((Disconnect) client.read()).reason()).isEqualTo(ReasonCode.MALFORMED_PACKET);
      assertThat(client.readOrEnd()).isNull();
    }
  }

  @Test
  void sharedSubscriptionGivesEachMessageToOneMember() throws IOException {
    try (RawClient one = joined(Version.V5, "one");
        RawClient two = joined(Version.V5, "two");
        RawClient publisher = joined(Version.V5, "p")) {
      one.subscribe("$share/g/s/#", Qos.AT_LEAST_ONCE).read();
      two.subscribe("$share/g/s/#", Qos.AT_LEAST_ONCE).read();
      for (int i = 1; i <= 20; i++) {
        publisher.publish("s/t", "m" + i, Qos.AT_LEAST_ONCE, false, i);
        publisher.read();
      }
      publisher.publish("x", "", Qos.AT_MOST_ONCE, false, 0);
      // A lane answers a ping before it takes what other lanes have just handed over: ask again.
      int got = 0;
      for (int i = 0; i < 1000 && got < 20; i++) {
        got += count(one) + count(two);
      }
      assertThat(got).isEqualTo(20);
      assertThat(count(one) + count(two)).isZero();
    }
  }

  private static int count(RawClient client) throws IOException {
    client.send(PingReq.INSTANCE);
    int count = 0;
    while (client.read() instanceof Publish) {
      count++;
    }
    return count;
  }

  @Test
  void revokedCertificateEndsTheConnection() throws IOException {
    try (RawClient client = joined(Version.V5, "c")) {
      authorization.revoke();
      assertThat(((Disconnect) client.read()).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
      assertThat(client.readOrEnd()).isNull();
    }
  }

  @Test
  void clientThatDoesNotConnectInTimeIsClosed() {
    EmbeddedChannel channel = new EmbeddedChannel(node.connection());
    channel.freezeTime();
    channel.advanceTimeBy(Admission.CONNECT_SECONDS_MAX - 1, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
    channel.advanceTimeBy(2, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
    assertThat(node.refusals())
        .contains("refused connect client= : it was not connected within 10 s");
  }

  @Test
  void connectThatIsTooLargeIsRefusedBeforeItHasArrived() throws IOException {
    node.close();
    node = new TestNode(directory, 0, 2, Profile.MQTT, _ -> authorization);
    try (RawClient client = new RawClient(node.port(), Version.V3_1_1)) {
      client.sendBytes(0x10, 0x81, 0x80, 0x10); // 256 KiB and one byte
      // No return code of MQTT 3.1.1 says that [MQTT-3.2.2-6].
      assertThat(client.readOrEnd()).isNull();
    }
  }

  @Test
  void plainListenerOfADevelopmentServerTellsPoliciesSo() throws IOException {
    node.close();
    List<Boolean> development = new CopyOnWriteArrayList<>();
    node =
        new TestNode(
            directory,
            0,
            2,
            Profile.THINGSTEAD,
            context -> {
              development.add(context.developmentMode());
              return authorization;
            });
    joined(Version.V5, "c").close();
    assertThat(development).containsExactly(true);
  }
}
