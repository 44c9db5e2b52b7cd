package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keep alive, expiry of sessions and messages, will delay: all by the test's clock. */
class TimeRulesTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.MQTT);

  private static RawClient watcher() throws IOException {
    return server.join(server.five("w")).subscribed(server.name("/#"), Qos.EXACTLY_ONCE);
  }

  private static PublishProperties expiry(long seconds) {
    return new PublishProperties(seconds, 0, List.of(), MessageProperties.NONE);
  }

  // Keep alive.

  @ParameterizedTest
  @EnumSource(Version.class)
  void silentClientIsClosedAfterOneAndAHalfTimesItsKeepAlive(Version version)
      throws IOException { // MQTT-3.1.2-22, MQTT-3.1.2-24 of 3.1.1
    RawClient watcher = watcher();
    Will will = Dial.will(server.name("/will"), "lost", 0);
    RawClient client = server.join(Dial.of(version, server.name("c")).keepAlive(10).will(will));
    server.pass(14);
    client.quiet();
    server.pass(14);
    client.quiet();
    watcher.quiet();
    server.pass(16);
    if (version.is5()) {
      client.closedBecause(ReasonCode.KEEP_ALIVE_TIMEOUT);
    } else {
      client.closed();
    }
    assertThat(RawClient.text(watcher.taken())).isEqualTo("lost");
  }

  @Test
  void anyPacketKeepsAlive() throws IOException {
    RawClient client = server.join(server.five("c").keepAlive(10));
    for (int i = 1; i <= 5; i++) {
      server.pass(10);
      client.published(server.name("/t"), "x", Qos.AT_LEAST_ONCE);
    }
  }

  @Test
  void keepAliveOf0IsNone() throws IOException {
    RawClient client = server.join(server.five("c").keepAlive(0));
    server.pass(100_000);
    client.quiet();
  }

  // Sessions.

  @Test
  void sessionEndsWhenItsExpiryHasPassed() throws IOException { // MQTT-3.1.2-23, MQTT-4.1.0-2
    server.join(server.five("c").kept().expiry(50)).send(Disconnect.NORMAL).closed();
    server.pass(45);
    RawClient back = server.join(server.five("c").kept().expiry(50));
    assertThat(back.connAck().sessionPresent()).isTrue();
    // It does not end while the client is there [MQTT-4.1.0-1].
    server.pass(1000);
    back.quiet();
    back.send(Disconnect.NORMAL).closed();
    server.pass(52);
    assertThat(server.join(server.five("c").kept()).connAck().sessionPresent()).isFalse();
  }

  @Test
  void sessionWithoutExpiryEndsWithItsConnection() throws IOException {
    server.join(server.five("c").kept()).send(Disconnect.NORMAL).closed();
    assertThat(server.join(server.five("c").kept()).connAck().sessionPresent()).isFalse();
  }

  @Test
  void sessionThatNeverExpiresIsKept() throws IOException {
    server.join(server.five("c").kept().expiry(0xFFFF_FFFFL)).send(Disconnect.NORMAL).closed();
    server.join(server.three("d").kept()).send(Disconnect.NORMAL).closed();
    server.pass(10 * 365 * 86_400);
    assertThat(server.join(server.five("c").kept()).connAck().sessionPresent()).isTrue();
    assertThat(server.join(server.three("d").kept()).connAck().sessionPresent()).isTrue();
  }

  @Test
  void disconnectChangesTheExpiry() throws IOException {
    server.join(server.five("longer").kept().expiry(1)).send(expiring(100)).closed();
    server.join(server.five("none").kept().expiry(100)).send(expiring(0)).closed();
    server.join(server.five("shorter").kept().expiry(100)).send(expiring(10)).closed();
    assertThat(server.join(server.five("none").kept()).connAck().sessionPresent()).isFalse();
    server.pass(12);
    assertThat(server.join(server.five("shorter").kept()).connAck().sessionPresent()).isFalse();
    assertThat(server.join(server.five("longer").kept()).connAck().sessionPresent()).isTrue();
  }

  private static Disconnect expiring(long seconds) {
    return new Disconnect(ReasonCode.SUCCESS, seconds, null, Explanation.NONE);
  }

  @Test
  void expiryCannotBeGivenToASessionThatHadNone() throws IOException { // MQTT5 3.14.2.2.2
    RawClient client = server.join(server.five("c"));
    client.send(expiring(10));
    client.closedBecause(ReasonCode.PROTOCOL_ERROR);
    RawClient zero = server.join(server.five("d"));
    zero.send(expiring(0)).closed();
  }

  // Messages.

  @Test
  void expiryToldIsLessTheTimeWaited() throws IOException { // MQTT-3.3.2-6
    RawClient watcher = watcher();
    server
        .join(server.five("away").kept().expiry(1000))
        .subscribed(server.name("/m"), Qos.AT_LEAST_ONCE)
        .lost();
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/m"), "x", Qos.AT_LEAST_ONCE, true, expiry(100));
    assertThat(watcher.taken().properties().expirySeconds()).isEqualTo(100);
    server.pass(40);
    RawClient back = server.join(server.five("away").kept().expiry(1000));
    assertThat(back.taken().properties().expirySeconds()).isEqualTo(60);
    RawClient late = server.join(server.five("late"));
    late.subscribed(server.name("/m"), Qos.AT_LEAST_ONCE);
    assertThat(late.taken().properties().expirySeconds()).isEqualTo(60);
  }

  @Test
  void expiredMessageIsNotDelivered() throws IOException { // MQTT-3.3.2-5
    for (Dial dial : List.of(server.five("5").expiry(1000), server.three("3"))) {
      server.join(dial.kept()).subscribed(server.name("/m"), Qos.EXACTLY_ONCE).lost();
    }
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/m"), "one", Qos.AT_LEAST_ONCE, true, expiry(10));
    publisher.published(server.name("/m"), "two", Qos.EXACTLY_ONCE, false, expiry(10));
    publisher.published(server.name("/m"), "three", Qos.AT_LEAST_ONCE);
    server.pass(11);
    for (Dial dial : List.of(server.five("5").expiry(1000), server.three("3"))) {
      RawClient back = server.join(dial.kept());
      assertThat(RawClient.text(back.taken())).isEqualTo("three");
      back.quiet();
    }
    RawClient late = server.join(server.five("late"));
    late.subscribed(server.name("/m"), Qos.AT_LEAST_ONCE).quiet();
  }

  @Test
  void messageOnItsWayIsFinishedThoughItExpires() throws IOException { // MQTT-4.3.3-7, -13
    RawClient client = server.join(server.five("c").kept().expiry(1000));
    client.subscribed(server.name("/m"), Qos.EXACTLY_ONCE);
    RawClient publisher = server.join(server.five("p"));
    publisher.publish(server.name("/m"), "x", Qos.EXACTLY_ONCE, false, 3, expiry(10));
    assertThat(publisher.read()).isInstanceOf(PubRec.class);
    Publish got = client.message();
    server.pass(20);
    publisher.send(new PubRel(3, ReasonCode.SUCCESS, Explanation.NONE));
    assertThat(((PubComp) publisher.read()).reason()).isEqualTo(ReasonCode.SUCCESS);
    client.lost();
    RawClient back = server.join(server.five("c").kept().expiry(1000));
    Publish again = back.message();
    assertThat(again.dup()).isTrue();
    assertThat(again.packetId()).isEqualTo(got.packetId());
    assertThat(again.properties().expirySeconds()).isZero();
  }

  // Wills.

  @Test
  void willWaitsForItsDelay() throws IOException { // MQTT-3.1.2-8, MQTT-3.1.3-9
    RawClient watcher = watcher();
    Will will = Dial.will(server.name("/will"), "late", 20);
    server.join(server.five("c").kept().expiry(100).will(will)).lost();
    watcher.quiet();
    server.pass(15);
    watcher.quiet();
    // Whoever comes back in time withdraws it.
    RawClient back = server.join(server.five("c").kept().expiry(100).will(will));
    server.pass(100);
    back.quiet();
    watcher.quiet();
    back.lost();
    watcher.quiet();
    server.pass(21);
    assertThat(RawClient.text(watcher.taken())).isEqualTo("late");
    // Once [MQTT-3.1.2-10].
    server.pass(200);
    watcher.quiet();
  }

  @Test
  void willIsPublishedWhenTheSessionEndsEarlier() throws IOException { // MQTT-3.1.2-8
    RawClient watcher = watcher();
    Will will = Dial.will(server.name("/will"), "session over", 1000);
    server.join(server.five("c").kept().expiry(10).will(will)).lost();
    watcher.quiet();
    server.pass(11);
    assertThat(RawClient.text(watcher.taken())).isEqualTo("session over");
    server.join(server.five("d").will(will)).lost();
    assertThat(RawClient.text(watcher.taken())).isEqualTo("session over");
  }

  @Test
  void newConnectionWithCleanStartEndsTheSessionAndSoPublishesTheWill() throws IOException {
    RawClient watcher = watcher();
    Will will = Dial.will(server.name("/will"), "x", 1000);
    server.join(server.five("c").kept().expiry(2000).will(will)).lost();
    watcher.quiet();
    server.join(server.five("c"));
    assertThat(RawClient.text(watcher.taken())).isEqualTo("x");
  }

  @Test
  void willHasItsPropertiesAndItsExpiryBeginsWhenItIsPublished()
      throws IOException { // MQTT-3.1.3-10, MQTT-3.1.2-7
    RawClient watcher = watcher();
    MessageProperties properties =
        new MessageProperties(
            true,
            "text/plain",
            "reply",
            new byte[] {7},
            List.of(new UserProperty("b", "1"), new UserProperty("a", "2")));
    Will will =
        new Will(
            server.name("/will"), new byte[] {'w'}, Qos.EXACTLY_ONCE, false, 10, 30, properties);
    server.join(server.five("c").kept().expiry(100).will(will)).lost();
    watcher.quiet();
    server.pass(11);
    Publish got = watcher.taken();
    assertThat(got.qos()).isEqualTo(Qos.EXACTLY_ONCE);
    assertThat(got.properties().expirySeconds()).isEqualTo(30);
    assertThat(got.properties().message().userProperties()).isEqualTo(properties.userProperties());
    assertThat(got.properties().message().responseTopic()).isEqualTo("reply");
    assertThat(got.properties().message().correlationData()).containsExactly(7);
  }

  @Test
  void willIsRetainedIfItSaysSo() throws IOException { // MQTT-3.1.2-14, -15
    for (boolean retain : new boolean[] {true, false}) {
      String topic = server.name("/will" + retain);
      Will will =
          new Will(
              topic, new byte[] {'w'}, Qos.AT_LEAST_ONCE, retain, 0, -1, MessageProperties.NONE);
      RawClient watcher = server.join(server.five("w" + retain));
      watcher.subscribed(topic, Qos.AT_LEAST_ONCE);
      server.join(server.five("c").will(will)).lost();
      assertThat(watcher.taken().retain()).isFalse();
      RawClient late = server.join(server.five("late")).subscribed(topic, Qos.AT_MOST_ONCE);
      if (retain) {
        assertThat(late.message().retain()).isTrue();
      }
      late.quiet();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ReasonCode.class,
      names = {"SUCCESS", "DISCONNECT_WITH_WILL", "UNSPECIFIED_ERROR", "QUOTA_EXCEEDED"})
  void onlyANormalDisconnectWithdrawsTheWill(ReasonCode reason)
      throws IOException { // MQTT-3.14.4-3, MQTT-3.1.2-8
    RawClient watcher = watcher();
    Will will = Dial.will(server.name("/will"), "x", 0);
    RawClient client = server.join(server.five("c").will(will));
    client.send(Disconnect.because(reason, Explanation.NONE)).closed();
    if (reason != ReasonCode.SUCCESS) {
      assertThat(RawClient.text(watcher.taken())).isEqualTo("x");
    }
    watcher.quiet();
  }

  @Test
  void disconnectOfMqtt3WithdrawsTheWill() throws IOException { // MQTT-3.14.4-3 of 3.1.1
    RawClient watcher = watcher();
    Will will = Dial.will(server.name("/will"), "x", 0);
    server.join(server.three("c").will(will)).send(Disconnect.NORMAL).closed();
    watcher.quiet();
    server.join(server.three("d").will(will)).sendBytes(0xE1, 0).closed();
    // The reserved bits were set: no normal disconnection [MQTT-3.14.1-1].
    assertThat(RawClient.text(watcher.taken())).isEqualTo("x");
  }

  @Test
  void nothingIsPublishedForAClientWithoutAWill() throws IOException { // MQTT-3.1.2-12 of 3.1.1
    RawClient watcher = watcher();
    server.join(server.three("c")).lost();
    server.pass(1);
    watcher.quiet();
  }

  @Test
  void takenOverConnectionLeavesItsWill() throws IOException {
    RawClient watcher = watcher();
    Will will = Dial.will(server.name("/will"), "x", 0);
    server.join(server.five("c").will(will));
    server.join(server.five("c"));
    assertThat(RawClient.text(watcher.taken())).isEqualTo("x");
  }

  @Test
  void willSurvivesTheServer() throws IOException { // MQTT-3.1.2-7
    Will will = Dial.will(server.name("/will"), "after all", 0);
    server
        .join(server.three("watcher").kept())
        .subscribed(server.name("/will"), Qos.AT_LEAST_ONCE)
        .send(Disconnect.NORMAL)
        .closed();
    server.join(server.five("c").kept().expiry(100).will(will));
    server.restart();
    RawClient watcher = server.join(server.three("watcher").kept());
    assertThat(RawClient.text(watcher.taken())).isEqualTo("after all");
  }
}
