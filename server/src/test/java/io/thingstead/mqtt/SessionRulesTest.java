package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session keeps, and what is sent again when its client is back; profile {@code mqtt}. */
class SessionRulesTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.MQTT);

  private static Dial kept(Version version) {
    return Dial.of(version, server.name("c")).kept().expiry(version.is5() ? 1000 : 0);
  }

  private static Packet ack(int id) {
    return new PubAck(id, ReasonCode.SUCCESS, Explanation.NONE);
  }

  private static Packet rec(int id) {
    return new PubRec(id, ReasonCode.SUCCESS, Explanation.NONE);
  }

  private static Packet comp(int id) {
    return new PubComp(id, ReasonCode.SUCCESS, Explanation.NONE);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void messagesForASessionThatIsAwayWait(Version version)
      throws IOException { // MQTT-4.5.0-1, MQTT-3.1.2-5 of 3.1.1
    server
        .join(kept(version))
        .subscribed(server.name("/#"), Qos.EXACTLY_ONCE)
        .send(Disconnect.NORMAL)
        .closed();
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/0"), "zero", Qos.AT_MOST_ONCE);
    publisher.published(server.name("/1"), "one", Qos.AT_LEAST_ONCE);
    publisher.published(server.name("/2"), "two", Qos.EXACTLY_ONCE);
    RawClient back = server.join(kept(version));
    assertThat(RawClient.text(back.taken())).isEqualTo("one");
    assertThat(RawClient.text(back.taken())).isEqualTo("two");
    back.quiet();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void whatWasNotAcknowledgedIsSentAgainInOrderWithItsIdAndDup(Version version)
      throws IOException { // MQTT-4.4.0-1, MQTT-3.3.1-1, MQTT-4.6.0-1, MQTT-4.3.2-3, -4.3.3-3
    RawClient first = server.join(kept(version));
    first.subscribed(server.name("/#"), Qos.EXACTLY_ONCE);
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/a"), "1", Qos.AT_LEAST_ONCE);
    publisher.published(server.name("/a"), "2", Qos.EXACTLY_ONCE);
    publisher.published(server.name("/a"), "3", Qos.AT_LEAST_ONCE);
    List<Integer> ids =
        List.of(first.message().packetId(), first.message().packetId(), first.message().packetId());
    first.send(ack(ids.get(2)));
    first.quiet();
    first.lost();
    RawClient second = server.join(kept(version));
    for (int i = 0; i < 2; i++) {
      Publish again = second.taken();
      assertThat(again.dup()).isTrue();
      assertThat(again.packetId()).isEqualTo(ids.get(i));
      assertThat(RawClient.text(again)).isEqualTo(String.valueOf(i + 1));
    }
    second.quiet();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void releaseIsSentAgainButNotItsMessage(Version version)
      throws IOException { // MQTT-4.4.0-1, MQTT-4.3.3-4, -5, -6
    RawClient first = server.join(kept(version));
    first.subscribed(server.name("/a"), Qos.EXACTLY_ONCE);
    server.join(server.five("p")).published(server.name("/a"), "x", Qos.EXACTLY_ONCE);
    int id = first.message().packetId();
    first.send(rec(id));
    assertThat(first.read()).isInstanceOf(PubRel.class);
    first.lost();
    RawClient second = server.join(kept(version));
    assertThat(((PubRel) second.read()).packetId()).isEqualTo(id);
    second.send(comp(id)).quiet();
    second.lost();
    server.join(kept(version)).quiet();
  }

  @Test
  void nothingIsSentAgainWhileConnected() throws IOException { // MQTT-4.4.0-1
    RawClient client = server.join(kept(Version.V5));
    client.subscribed(server.name("/a"), Qos.AT_LEAST_ONCE);
    server.join(server.five("p")).published(server.name("/a"), "x", Qos.AT_LEAST_ONCE);
    client.message();
    server.pass(100_000);
    client.quiet();
  }

  @Test
  void idOfAQos2MessageIsRememberedOverConnectionsAndRestarts()
      throws IOException { // MQTT-4.3.3-10
    server
        .join(server.three("sub").kept())
        .subscribed(server.name("/a"), Qos.AT_LEAST_ONCE)
        .send(Disconnect.NORMAL)
        .closed();
    RawClient publisher = server.join(kept(Version.V5));
    publisher.publish(server.name("/a"), "once", Qos.EXACTLY_ONCE, false, 11);
    assertThat(publisher.read()).isEqualTo(rec(11));
    publisher.lost();
    publisher = server.join(kept(Version.V5));
    publisher.publish(server.name("/a"), "once", Qos.EXACTLY_ONCE, false, 11);
    assertThat(publisher.read()).isEqualTo(rec(11));
    server.restart();
    publisher = server.join(kept(Version.V5));
    publisher.publish(server.name("/a"), "once", Qos.EXACTLY_ONCE, false, 11);
    assertThat(publisher.read()).isEqualTo(rec(11));
    publisher.send(new PubRel(11, ReasonCode.SUCCESS, Explanation.NONE));
    assertThat(publisher.read()).isEqualTo(comp(11));
    RawClient subscriber = server.join(server.three("sub").kept());
    assertThat(RawClient.text(subscriber.taken())).isEqualTo("once");
    subscriber.quiet();
  }

  @Test
  void idsInFlightAreAllDifferent() throws IOException { // MQTT-2.2.1-4, MQTT-4.3.2-1, -4.3.3-1
    RawClient client = server.join(server.five("c"));
    client.subscribed(server.name("/a"), Qos.EXACTLY_ONCE);
    RawClient publisher = server.join(server.five("p"));
    Set<Integer> ids = new TreeSet<>();
    for (int i = 0; i < 300; i++) {
      publisher.published(
          server.name("/a"), "x", i % 2 == 0 ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE);
      Publish got = client.message();
      assertThat(got.packetId()).isPositive();
      assertThat(got.dup()).isFalse();
      assertThat(ids.add(got.packetId())).isTrue();
    }
  }

  @Test
  void retainedMessagesOutliveSessions() throws IOException { // MQTT-3.1.2.7 of 3.1.1
    server
        .join(server.five("p"))
        .published(server.name("/r"), "kept", Qos.AT_LEAST_ONCE, true, PublishProperties.NONE)
        .send(Disconnect.NORMAL)
        .closed();
    server.restart();
    RawClient client =
        server.join(server.five("c")).subscribed(server.name("/r"), Qos.AT_MOST_ONCE);
    assertThat(client.readText()).isEqualTo("kept");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsTakenAfterDisconnect(boolean reserved)
      throws IOException { // MQTT-3.14.4-1, MQTT-3.14.1-1
    RawClient watcher = server.join(server.five("w"));
    watcher.subscribed(server.name("/a"), Qos.AT_MOST_ONCE);
    RawClient client = server.join(server.five("c"));
    client.sendBytes(reserved ? 0xE4 : 0xE0, 0, 0x30, 6, 0, 1, 't', 0, 'x', 'y', 0xC0, 0);
    if (reserved) {
      client.closedBecause(ReasonCode.MALFORMED_PACKET);
    } else {
      client.closed();
    }
    watcher.quiet();
  }

  @Test
  void disconnectWithAReasonOfAServerIsAProtocolError() throws IOException { // MQTT-3.14.2-1
    RawClient client = server.join(server.five("c"));
    client.sendBytes(0xE0, 1, 0x8E);
    client.closedBecause(ReasonCode.PROTOCOL_ERROR);
  }

  @Test
  void packetsOfServersAreProtocolErrors() throws IOException { // MQTT-4.13.1-1
    for (int type : new int[] {0x20, 0x90, 0xB0, 0xD0}) {
      RawClient client = server.join(server.five("c" + type));
      client.sendBytes(type, 0);
      client.closedBecause(ReasonCode.PROTOCOL_ERROR);
    }
  }

  @Test
  void reservedTypeAndFlagsAreMalformed() throws IOException { // MQTT-2.1.3-1, MQTT-3.15.1-1
    for (int first : new int[] {0x00, 0xC1, 0x41, 0x51, 0x71, 0xF1}) {
      RawClient client = server.join(server.five("c" + first));
      client.sendBytes(first, 0);
      client.closedBecause(ReasonCode.MALFORMED_PACKET);
    }
  }

  @Test
  void lengthsMustBeShort() throws IOException { // MQTT-1.5.5-1
    RawClient five = server.join(server.five("5"));
    five.sendBytes(0xC0, 0x80, 0x00);
    five.closedBecause(ReasonCode.MALFORMED_PACKET);
    RawClient three = server.join(server.three("3"));
    three.sendBytes(0xC0, 0x80, 0x80, 0x80, 0x80, 0x01);
    three.closed();
  }

  @Test
  void pingIsAnswered() throws IOException { // MQTT-3.12.4-1
    server.join(server.three("3")).quiet();
    server.join(server.five("5")).quiet();
  }

  @Test
  void qos2DeliveryOfAGroupIsCompletedByTheMemberThatBeganIt() throws IOException { // MQTT-4.8.2-4
    String filter = "$share/g/" + server.name("/s");
    RawClient one = server.join(kept(Version.V5));
    one.subscribed(filter, Qos.EXACTLY_ONCE);
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/s"), "x", Qos.EXACTLY_ONCE);
    Publish got = one.message();
    RawClient two = server.join(server.five("2")).subscribed(filter, Qos.EXACTLY_ONCE);
    one.lost();
    RawClient back = server.join(kept(Version.V5));
    Publish again = back.taken();
    assertThat(again.packetId()).isEqualTo(got.packetId());
    assertThat(again.dup()).isTrue();
    two.quiet();
  }

  @Test
  void messageOfAMemberWhoseSessionEndsGoesToNoOther() throws IOException { // MQTT-4.8.2-5
    String filter = "$share/g/" + server.name("/s");
    RawClient one = server.join(server.five("1")).subscribed(filter, Qos.EXACTLY_ONCE);
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/s"), "x", Qos.EXACTLY_ONCE);
    one.message();
    RawClient two = server.join(server.five("2")).subscribed(filter, Qos.EXACTLY_ONCE);
    one.lost();
    two.quiet();
  }
}
