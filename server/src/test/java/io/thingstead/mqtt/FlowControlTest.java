package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Receive Maximum, Maximum Packet Size and topic aliases, both ways, in profile {@code mqtt}. */
class FlowControlTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.MQTT);

  private static final int OURS = 100;

  private static PublishProperties alias(int alias) {
    return new PublishProperties(-1, alias, List.of(), MessageProperties.NONE);
  }

  // Receive Maximum.

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noMoreIsInFlightThanTheClientTakes(boolean kept)
      throws IOException { // MQTT-3.3.4-9, -10, MQTT-4.9.0-1, -2, -3
    Dial dial = server.five("c").receiveMaximum(2);
    RawClient client = server.join(kept ? dial.kept().expiry(100) : dial);
    client.subscribed(server.name("/#"), Qos.EXACTLY_ONCE);
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/a"), "1", Qos.AT_LEAST_ONCE);
    publisher.published(server.name("/a"), "2", Qos.EXACTLY_ONCE);
    publisher.published(server.name("/a"), "3", Qos.AT_LEAST_ONCE);
    publisher.published(server.name("/a"), "4", Qos.EXACTLY_ONCE);
    Publish one = client.message();
    Publish two = client.message();
    assertThat(RawClient.text(two)).isEqualTo("2");
    // Everything else goes on, also QoS 0.
    client.quiet();
    publisher.published(server.name("/b"), "0", Qos.AT_MOST_ONCE);
    assertThat(client.readText()).isEqualTo("0");
    client.send(new PubAck(one.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
    Publish three = client.message();
    assertThat(RawClient.text(three)).isEqualTo("3");
    client.send(new PubRec(two.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
    assertThat(client.read()).isInstanceOf(PubRel.class);
    // PUBREC gives no room yet, PUBCOMP does.
    client.quiet();
    client.send(new PubComp(two.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
    assertThat(RawClient.text(client.message())).isEqualTo("4");
  }

  @Test
  void whatIsSentAgainCountsToo() throws IOException { // MQTT-3.3.4-9
    RawClient first = server.join(server.five("c").kept().expiry(100).receiveMaximum(5));
    first.subscribed(server.name("/#"), Qos.AT_LEAST_ONCE);
    RawClient publisher = server.join(server.five("p"));
    for (int i = 1; i <= 6; i++) {
      publisher.published(server.name("/a"), "m" + i, Qos.AT_LEAST_ONCE);
    }
    for (int i = 1; i <= 5; i++) {
      first.message();
    }
    first.lost();
    RawClient second = server.join(server.five("c").kept().expiry(100).receiveMaximum(2));
    List<Integer> ids = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      Publish again = second.message();
      assertThat(RawClient.text(again)).isEqualTo("m" + i);
      assertThat(again.dup()).isTrue();
      ids.add(again.packetId());
    }
    second.quiet();
    for (int i = 3; i <= 6; i++) {
      int id = ids.removeFirst();
      second.send(new PubAck(id, ReasonCode.SUCCESS, Explanation.NONE));
      Publish next = second.message();
      assertThat(RawClient.text(next)).isEqualTo("m" + i);
      assertThat(next.dup()).isEqualTo(i < 6);
      ids.add(next.packetId());
      second.quiet();
    }
  }

  @Test
  void clientThatSendsMoreThanWeTakeIsTold() throws IOException { // MQTT-3.3.4-7
    RawClient client = server.join(server.five("c"));
    for (int id = 1; id <= OURS; id++) {
      client.publish(server.name("/t"), "x", Qos.EXACTLY_ONCE, false, id);
      assertThat(((PubRec) client.read()).packetId()).isEqualTo(id);
    }
    // One that we know already is no further one.
    client.publish(server.name("/t"), "x", Qos.EXACTLY_ONCE, false, 7);
    assertThat(((PubRec) client.read()).packetId()).isEqualTo(7);
    client.publish(server.name("/t"), "x", Qos.EXACTLY_ONCE, false, OURS + 1);
    client.closedBecause(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
  }

  @Test
  void asManyAsWeTakeMayComeAtOnce() throws IOException { // MQTT-3.3.4-7
    server
        .join(server.three("away").kept())
        .subscribed(server.name("/t"), Qos.EXACTLY_ONCE)
        .send(Disconnect.NORMAL)
        .closed();
    RawClient client = server.join(server.five("c").kept().expiry(100));
    for (int id = 1; id <= OURS; id++) {
      Qos qos = id % 2 == 0 ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE;
      client.publish(server.name("/t"), "x", qos, false, id);
    }
    for (int id = 1; id <= OURS; id++) {
      Packet answer = client.read();
      if (answer instanceof PubRec rec) {
        assertThat(rec.packetId()).isEqualTo(id);
      } else {
        assertThat(((PubAck) answer).packetId()).isEqualTo(id);
      }
    }
    client.quiet();
  }

  @Test
  void lastWordsReachAClientThatHasSentMuchMore() throws IOException {
    RawClient client = server.join(server.five("c"));
    int id = 0;
    for (int i = 0; i < 3 * OURS; i++) {
      client.publish(server.name("/t"), "x".repeat(1000), Qos.EXACTLY_ONCE, false, ++id);
    }
    Packet last = client.read();
    while (last instanceof PubRec) {
      last = client.read();
    }
    assertThat(((Disconnect) last).reason()).isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    client.closed();
  }

  // Maximum Packet Size.

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void messageTooLargeForItsReceiverIsDroppedAndCounted(boolean kept)
      throws IOException { // MQTT-3.1.2-24, -25
    Dial dial = server.five("c").packetBytes(64).receiveMaximum(1);
    RawClient client = server.join(kept ? dial.kept().expiry(100) : dial);
    client.subscribed(server.name("/#"), Qos.EXACTLY_ONCE);
    RawClient publisher = server.join(server.five("p"));
    long before = server.node().broker().counters().tooLarge.sum();
    String topic = server.name("/x");
    String fits = "y".repeat(64 - 2 - 2 - topic.length() - 2 - 1);
    for (Qos qos : Qos.values()) {
      publisher.published(topic, "x".repeat(64), qos);
      publisher.published(topic, fits, qos);
      if (qos == Qos.AT_MOST_ONCE) {
        publisher.published(topic, fits + "yy", qos);
        publisher.published(topic, fits + "yyy", qos);
        assertThat(client.readText()).isEqualTo(fits);
        assertThat(client.readText()).isEqualTo(fits + "yy");
      } else {
        assertThat(RawClient.text(client.taken())).isEqualTo(fits);
      }
    }
    client.quiet();
    assertThat(server.node().broker().counters().tooLarge.sum() - before).isEqualTo(4);
  }

  @Test
  void packetTooLargeForUsEndsTheConnectionBeforeItHasArrived() throws IOException {
    RawClient client = server.join(server.five("c"));
    client.sendBytes(0x30, 0xFF, 0xFF, 0xFF, 0x7F);
    client.closedBecause(ReasonCode.PACKET_TOO_LARGE);
  }

  // Topic aliases from the client.

  @Test
  void aliasStandsForItsTopicUntilItIsSetAgain() throws IOException { // MQTT-3.3.2-12
    RawClient client = server.join(server.five("c"));
    client.subscribed(server.name("/#"), Qos.AT_MOST_ONCE);
    client.publish(server.name("/a"), "1", Qos.AT_MOST_ONCE, false, 0, alias(65_535));
    client.publish("", "2", Qos.AT_MOST_ONCE, false, 0, alias(65_535));
    client.publish(server.name("/b"), "3", Qos.AT_MOST_ONCE, false, 0, alias(65_535));
    client.publish("", "4", Qos.AT_MOST_ONCE, false, 0, alias(65_535));
    for (String expected : List.of("/a 1", "/a 2", "/b 3", "/b 4")) {
      Publish got = client.message();
      assertThat(got.topic() + " " + RawClient.text(got)).isEqualTo(server.name(expected));
      assertThat(got.properties().topicAlias()).isZero();
    }
  }

  @Test
  void aliasOfAnotherConnectionIsNotKnown() throws IOException { // MQTT-3.3.2-7
    RawClient first = server.join(server.five("c").kept().expiry(100));
    first.publish(server.name("/a"), "1", Qos.AT_LEAST_ONCE, false, 1, alias(1));
    first.read();
    RawClient second = server.join(server.five("c").kept().expiry(100));
    second.publish("", "2", Qos.AT_LEAST_ONCE, false, 2, alias(1));
    second.closedBecause(ReasonCode.PROTOCOL_ERROR);
  }

  @Test
  void aliasOf0IsInvalid() throws IOException { // MQTT-3.3.2-8
    RawClient client = server.join(server.five("c"));
    client.sendBytes(0x30, 7, 0, 1, 't', 3, 0x23, 0, 0);
    client.closedBecause(ReasonCode.TOPIC_ALIAS_INVALID);
  }

  // Topic aliases to the client.

  @Test
  void topicIsNamedOnceToAClientThatAllowsAliases()
      throws IOException { // MQTT-3.1.2-26, MQTT-3.3.2-11
    RawClient client = server.join(server.five("c").aliases(1));
    client.subscribed(server.name("/#"), Qos.EXACTLY_ONCE);
    RawClient publisher = server.join(server.five("p"));
    for (Qos qos : Qos.values()) {
      publisher.published(server.name("/a"), "a", qos);
      Publish got = client.taken();
      assertThat(got.properties().topicAlias()).isEqualTo(1);
      assertThat(got.topic()).isEqualTo(qos == Qos.AT_MOST_ONCE ? server.name("/a") : "");
      assertThat(RawClient.text(got)).isEqualTo("a");
    }
    publisher.published(server.name("/b"), "b", Qos.AT_MOST_ONCE);
    Publish other = client.message();
    assertThat(other.topic()).isEqualTo(server.name("/b"));
    assertThat(other.properties().topicAlias()).isEqualTo(1);
    publisher.published(server.name("/a"), "a", Qos.AT_MOST_ONCE);
    assertThat(client.message().topic()).isEqualTo(server.name("/a"));
  }

  @Test
  void everyAliasStaysWithinWhatTheClientAllows() throws IOException { // MQTT-3.3.2-11
    RawClient client = server.join(server.five("c").aliases(10));
    client.subscribed(server.name("/#"), Qos.AT_MOST_ONCE);
    RawClient publisher = server.join(server.five("p"));
    String[] known = new String[11];
    for (int i = 0; i < 300; i++) {
      String topic = server.name("/" + i * i % 37);
      publisher.published(topic, "x", Qos.AT_MOST_ONCE);
      Publish got = client.message();
      int alias = got.properties().topicAlias();
      assertThat(alias).isBetween(1, 10);
      if (got.topicLength() > 0) {
        known[alias] = got.topic();
      }
      assertThat(known[alias]).isEqualTo(topic);
    }
  }

  @Test
  void noAliasIsSentToAClientThatAllowsNone() throws IOException { // MQTT-3.1.2-27
    RawClient client = server.join(server.five("c"));
    client.subscribed(server.name("/a"), Qos.AT_MOST_ONCE);
    RawClient publisher = server.join(server.five("p"));
    for (int i = 0; i < 2; i++) {
      publisher.published(server.name("/a"), "a", Qos.AT_MOST_ONCE);
      Publish got = client.message();
      assertThat(got.properties().topicAlias()).isZero();
      assertThat(got.topic()).isEqualTo(server.name("/a"));
    }
  }

  @Test
  void aliasIsNotSetByAPacketThatWasNotSent() throws IOException {
    RawClient client = server.join(server.five("c").aliases(1).packetBytes(50));
    client.subscribed(server.name("/#"), Qos.AT_MOST_ONCE);
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/a"), "x".repeat(60), Qos.AT_MOST_ONCE);
    publisher.published(server.name("/a"), "a", Qos.AT_MOST_ONCE);
    assertThat(client.message().topic()).isEqualTo(server.name("/a"));
  }

  @Test
  void aliasesGoTogetherWithOtherPropertiesAndLargePayloads() throws IOException {
    RawClient client = server.join(server.five("c").aliases(5));
    client.subscribed(
        new SubscribeProperties(9, List.of()),
        RawClient.filter(server.name("/a"), Qos.AT_LEAST_ONCE));
    RawClient publisher = server.join(server.five("p"));
    String large = "x".repeat(100_000);
    for (int i = 0; i < 3; i++) {
      publisher.published(
          server.name("/a"),
          large,
          Qos.AT_LEAST_ONCE,
          false,
          new PublishProperties(
              77, 0, List.of(), new MessageProperties(true, "text/plain", null, null, List.of())));
      Publish got = client.taken();
      assertThat(got.topic()).isEqualTo(i == 0 ? server.name("/a") : "");
      assertThat(got.properties().subscriptionIdentifiers()).containsExactly(9);
      assertThat(got.properties().expirySeconds()).isEqualTo(77);
      assertThat(got.properties().message().contentType()).isEqualTo("text/plain");
      assertThat(RawClient.text(got)).isEqualTo(large);
    }
  }
}
