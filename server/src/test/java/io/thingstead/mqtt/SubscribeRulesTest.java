package io.thingstead.mqtt;

import static io.thingstead.mqtt.Subscribe.RetainHandling.DO_NOT_SEND;
import static io.thingstead.mqtt.Subscribe.RetainHandling.SEND;
import static io.thingstead.mqtt.Subscribe.RetainHandling.SEND_IF_NEW;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscriptions, retained messages and shared groups, in profile {@code mqtt}. */
class SubscribeRulesTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.MQTT);

  private static RawClient client() throws IOException {
    return server.join(server.five("c"));
  }

  private static Subscribe.Request options(
      String filter, boolean noLocal, boolean asPublished, Subscribe.RetainHandling retained) {
    return new Subscribe.Request(
        server.name(filter), Qos.EXACTLY_ONCE, noLocal, asPublished, retained);
  }

  private static SubscribeProperties id(int id) {
    return new SubscribeProperties(id, List.of());
  }

  private static Unsubscribe unsubscribe(int packetId, String... filters) {
    return new Unsubscribe(packetId, List.of(filters), List.of());
  }

  @Test
  void eachFilterHasItsReasonInOrder()
      throws IOException { // MQTT-3.8.4-1, -2, -5, -6, -7, MQTT-3.9.3-1, -2
    server.authorization.deny("subscribe " + server.name("/no"));
    RawClient client = client();
    client.send(
        new Subscribe(
            99,
            List.of(
                RawClient.filter(server.name("/2"), Qos.EXACTLY_ONCE),
                RawClient.filter(server.name("/no"), Qos.AT_LEAST_ONCE),
                RawClient.filter(server.name("/0"), Qos.AT_MOST_ONCE),
                RawClient.filter("a/#/b", Qos.AT_MOST_ONCE),
                RawClient.filter(server.name("/1"), Qos.AT_LEAST_ONCE)),
            SubscribeProperties.NONE));
    SubAck ack = (SubAck) client.read();
    assertThat(ack.packetId()).isEqualTo(99);
    assertThat(ack.reasons())
        .containsExactly(
            ReasonCode.GRANTED_QOS_2,
            ReasonCode.NOT_AUTHORIZED,
            ReasonCode.SUCCESS,
            ReasonCode.TOPIC_FILTER_INVALID,
            ReasonCode.GRANTED_QOS_1);
    assertThat(ack.explanation().reasonString()).contains("denies subscribe");
  }

  @Test
  void failureOfMqtt3Is0x80() throws IOException { // MQTT-3.9.3-2 of 3.1.1
    server.authorization.deny("subscribe " + server.name("/no"));
    RawClient client = server.join(server.three("3"));
    client.send(
        new Subscribe(
            1,
            List.of(
                RawClient.filter(server.name("/no"), Qos.AT_LEAST_ONCE),
                RawClient.filter(server.name("/yes"), Qos.AT_LEAST_ONCE)),
            SubscribeProperties.NONE));
    assertThat(((SubAck) client.read()).reasons())
        .containsExactly(ReasonCode.UNSPECIFIED_ERROR, ReasonCode.GRANTED_QOS_1);
  }

  @Test
  void refusalIsExplainedOnlyAsFarAsWantedAndAsThereIsRoom() throws IOException { // MQTT-3.9.2-1
    for (Dial dial : List.of(server.five("a").noReasons(), server.five("b").packetBytes(30))) {
      RawClient client = server.join(dial);
      client.send(
          new Subscribe(
              1, List.of(RawClient.filter("a/#/b", Qos.AT_MOST_ONCE)), SubscribeProperties.NONE));
      SubAck ack = (SubAck) client.read();
      assertThat(ack.reasons()).containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
      assertThat(ack.explanation()).isEqualTo(Explanation.NONE);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0x82, 0, PROTOCOL_ERROR",
    "0x80, 6, MALFORMED_PACKET",
    "0x82, 3, MALFORMED_PACKET",
    "0x82, 0x40, MALFORMED_PACKET",
    "0x82, 0x30, PROTOCOL_ERROR"
  })
  void wrongSubscribeEndsTheConnection(String first, String options, ReasonCode reason)
      throws IOException { // MQTT-3.8.1-1, MQTT-3.8.3-2, -5
    RawClient client = client();
    int type = Integer.decode(first);
    int bits = Integer.decode(options);
    if (bits == 0) {
      client.sendBytes(type, 3, 0, 1, 0);
    } else {
      client.sendBytes(type, 7, 0, 1, 0, 0, 1, 't', bits);
    }
    client.closedBecause(reason);
  }

  @Test
  void subscribeWithoutFilterClosesMqtt3() throws IOException { // MQTT-3.8.3-3 of 3.1.1
    RawClient client = server.join(server.three("3"));
    client.sendBytes(0x82, 2, 0, 1);
    client.closed();
  }

  @ParameterizedTest
  @CsvSource({"0xA2, PROTOCOL_ERROR", "0xA0, MALFORMED_PACKET"})
  void wrongUnsubscribeEndsTheConnection(String first, ReasonCode reason)
      throws IOException { // MQTT-3.10.1-1, MQTT-3.10.3-2
    RawClient client = client();
    client.sendBytes(Integer.decode(first), 3, 0, 1, 0);
    client.closedBecause(reason);
  }

  @Test
  void filterOfBadUtf8IsMalformed() throws IOException { // MQTT-3.8.3-1, MQTT-3.10.3-1
    RawClient subscribes = client();
    subscribes.sendBytes(0x82, 7, 0, 1, 0, 0, 1, 0xFF, 0);
    subscribes.closedBecause(ReasonCode.MALFORMED_PACKET);
    RawClient unsubscribes = client();
    unsubscribes.sendBytes(0xA2, 6, 0, 1, 0, 0, 1, 0xFF);
    unsubscribes.closedBecause(ReasonCode.MALFORMED_PACKET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/#/b", "a#", "a/b#", "+a", "a/b+/c", "#/a"})
  void misplacedWildcardIsRefused(String filter) throws IOException { // MQTT-4.7.1-1, -2, -3
    RawClient client = client();
    client.subscribe(filter, Qos.AT_MOST_ONCE);
    assertThat(((SubAck) client.read()).reasons()).containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b, /a/b, true",
    "/a/+, /a/b, true",
    "/a/+, /a/b/c, false",
    "/+/b, /a/b, true",
    "/a/#, /a, true",
    "/a/#, /a/b/c, true",
    "/a/+/c, /a//c, true",
    "/a/+, /a, false",
    "/a/+, /a/, true",
    "/A, /a, false"
  })
  void filtersMatchWholeLevels(String filter, String topic, boolean matches)
      throws IOException { // MQTT-4.7.0-1, MQTT-3.3.2-3
    RawClient client = client();
    client.subscribed(server.name(filter), Qos.AT_MOST_ONCE);
    client.published(server.name(topic), "x", Qos.AT_MOST_ONCE);
    if (matches) {
      assertThat(client.message().topic()).isEqualTo(server.name(topic));
    }
    client.quiet();
  }

  @Test
  void wildcardsInFrontDoNotMatchDollarTopics() throws IOException { // MQTT-4.7.2-1
    RawClient client = client();
    String topic = "$" + server.name("/x");
    client.subscribed(
        new Subscribe.Request("#", Qos.AT_MOST_ONCE, false, false, DO_NOT_SEND),
        new Subscribe.Request("+/x", Qos.AT_MOST_ONCE, false, false, DO_NOT_SEND));
    client.published(topic, "x", Qos.AT_MOST_ONCE).quiet();
    client.subscribed("$" + server.name("/#"), Qos.AT_MOST_ONCE);
    client.published(topic, "y", Qos.AT_MOST_ONCE);
    assertThat(client.message().topic()).isEqualTo(topic);
  }

  @Test
  void sameFilterReplacesTheSubscription() throws IOException { // MQTT-3.8.4-3, -4, 3.3.1-9
    RawClient client = client();
    String topic = server.name("/r");
    client.published(topic, "kept", Qos.AT_LEAST_ONCE, true, PublishProperties.NONE);
    client.subscribed(topic, Qos.AT_MOST_ONCE);
    assertThat(client.message().qos()).isEqualTo(Qos.AT_MOST_ONCE);
    client.subscribed(topic, Qos.AT_LEAST_ONCE);
    Publish again = client.taken();
    assertThat(again.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
    assertThat(again.retain()).isTrue();
    client.publish(topic, "live", Qos.AT_LEAST_ONCE, false, 50);
    assertThat(List.of(client.read(), client.read()))
        .hasAtLeastOneElementOfType(PubAck.class)
        .hasAtLeastOneElementOfType(Publish.class);
    client.quiet();
  }

  @Test
  void retainHandlingSaysWhenRetainedMessagesAreSent()
      throws IOException { // MQTT-3.3.1-9, -10, -11
    RawClient client = client();
    client.published(server.name("/r"), "kept", Qos.AT_MOST_ONCE, true, PublishProperties.NONE);
    client.subscribed(options("/r", false, false, DO_NOT_SEND)).quiet();
    client.subscribed(options("/r", false, false, SEND_IF_NEW)).quiet();
    client.subscribed(options("/r", false, false, SEND));
    assertThat(client.readText()).isEqualTo("kept");
    client.subscribed(options("/+", false, false, SEND_IF_NEW));
    assertThat(client.readText()).isEqualTo("kept");
    client.quiet();
  }

  @ParameterizedTest
  @EnumSource(Qos.class)
  void retainedMessageIsReplacedKeptAndRemoved(Qos qos)
      throws IOException { // MQTT-3.3.1-5, -6, -7, -8
    RawClient client = client();
    String topic = server.name("/r" + qos);
    client.published(topic, "old", qos, true, PublishProperties.NONE);
    client.published(topic, "new", qos, true, PublishProperties.NONE);
    client.published(topic, "not retained", qos);
    client.published(topic, "", qos);
    RawClient second = server.join(server.five("d")).subscribed(topic, Qos.EXACTLY_ONCE);
    Publish kept = second.taken();
    assertThat(RawClient.text(kept)).isEqualTo("new");
    assertThat(kept.retain()).isTrue();
    assertThat(kept.qos()).isEqualTo(qos);
    client.published(topic, "", qos, true, PublishProperties.NONE);
    Publish removal = second.taken();
    assertThat(removal.payloadLength()).isZero();
    assertThat(removal.retain()).isFalse();
    server.join(server.five("e")).subscribed(topic, Qos.EXACTLY_ONCE).quiet();
  }

  @Test
  void retainFlagIsKeptOnlyWhenAskedFor() throws IOException { // MQTT-3.3.1-12, -13
    RawClient plain = server.join(server.five("plain"));
    plain.subscribed(options("/f", false, false, SEND));
    RawClient keeps = server.join(server.five("keeps"));
    keeps.subscribed(options("/f", false, true, SEND));
    client().published(server.name("/f"), "a", Qos.AT_LEAST_ONCE, true, PublishProperties.NONE);
    assertThat(plain.taken().retain()).isFalse();
    assertThat(keeps.taken().retain()).isTrue();
    server.join(server.five("c2")).published(server.name("/f"), "b", Qos.AT_LEAST_ONCE);
    assertThat(keeps.taken().retain()).isFalse();
  }

  @Test
  void noLocalKeepsAClientsOwnMessagesFromIt() throws IOException { // MQTT-3.8.3-3
    RawClient client = client();
    client.subscribed(options("/n", true, false, SEND));
    client.published(server.name("/n"), "own", Qos.EXACTLY_ONCE).quiet();
    server.join(server.five("d")).published(server.name("/n"), "other", Qos.AT_LEAST_ONCE);
    assertThat(RawClient.text(client.taken())).isEqualTo("other");
  }

  @Test
  void noLocalOfASharedSubscriptionIsAProtocolError() throws IOException { // MQTT-3.8.3-4
    RawClient client = client();
    client.send(
        new Subscribe(
            1,
            List.of(new Subscribe.Request("$share/g/t", Qos.AT_MOST_ONCE, true, false, SEND)),
            SubscribeProperties.NONE));
    client.closedBecause(ReasonCode.PROTOCOL_ERROR);
  }

  @Test
  void overlappingSubscriptionsGiveOneMessageOfTheHighestQos() throws IOException { // 3.3.4-2
    RawClient client = client();
    client.subscribed(
        RawClient.filter(server.name("/a/#"), Qos.AT_MOST_ONCE),
        RawClient.filter(server.name("/a/+"), Qos.EXACTLY_ONCE),
        RawClient.filter(server.name("/a/b"), Qos.AT_LEAST_ONCE));
    server.join(server.five("p")).published(server.name("/a/b"), "x", Qos.EXACTLY_ONCE);
    assertThat(client.taken().qos()).isEqualTo(Qos.EXACTLY_ONCE);
    client.quiet();
  }

  @Test
  void deliveryNamesTheIdentifiersOfAllSubscriptionsThatMatch()
      throws IOException { // MQTT-3.3.4-3, -4, -5
    RawClient client = client();
    client.subscribed(id(268_435_455), RawClient.filter(server.name("/a/#"), Qos.AT_MOST_ONCE));
    client.subscribed(id(7), RawClient.filter(server.name("/a/+"), Qos.AT_LEAST_ONCE));
    client.subscribed(id(7), RawClient.filter(server.name("/+/b"), Qos.AT_LEAST_ONCE));
    client.subscribed(server.name("/a/b"), Qos.AT_LEAST_ONCE);
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/a/b"), "x", Qos.AT_LEAST_ONCE);
    assertThat(client.taken().properties().subscriptionIdentifiers())
        .containsExactlyInAnyOrder(7, 7, 268_435_455);
    publisher.published(server.name("/a/c"), "x", Qos.AT_LEAST_ONCE);
    assertThat(client.taken().properties().subscriptionIdentifiers())
        .containsExactlyInAnyOrder(7, 268_435_455);
    // The new subscription on the same filter replaces the identifier too.
    client.subscribed(server.name("/a/+"), Qos.AT_LEAST_ONCE);
    publisher.published(server.name("/a/c"), "x", Qos.AT_LEAST_ONCE);
    assertThat(client.taken().properties().subscriptionIdentifiers()).containsExactly(268_435_455);
  }

  @Test
  void ownMessageDoesNotNameSubscriptionsThatAreNotLocal() throws IOException { // MQTT-3.8.3-3
    RawClient client = client();
    client.subscribed(id(1), options("/a/#", true, true, SEND));
    client.subscribed(id(2), RawClient.filter(server.name("/a/b"), Qos.AT_MOST_ONCE));
    client.published(server.name("/a/b"), "own", Qos.AT_MOST_ONCE);
    Publish own = client.message();
    assertThat(own.properties().subscriptionIdentifiers()).containsExactly(2);
    client.quiet();
    server.join(server.five("p")).published(server.name("/a/b"), "other", Qos.AT_MOST_ONCE);
    assertThat(client.message().properties().subscriptionIdentifiers())
        .containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void retainedMessageNamesTheIdentifierOfItsSubscription() throws IOException {
    RawClient client = client();
    client.published(server.name("/r"), "kept", Qos.AT_LEAST_ONCE, true, PublishProperties.NONE);
    client.subscribed(id(3), RawClient.filter(server.name("/r"), Qos.AT_LEAST_ONCE));
    assertThat(client.taken().properties().subscriptionIdentifiers()).containsExactly(3);
  }

  @Test
  void identifierOf0OrTwoAreProtocolErrors() throws IOException {
    RawClient zero = client();
    zero.sendBytes(0x82, 9, 0, 1, 2, 0x0B, 0, 0, 1, 't', 0);
    zero.closedBecause(ReasonCode.PROTOCOL_ERROR);
    RawClient two = client();
    two.sendBytes(0x82, 11, 0, 1, 4, 0x0B, 1, 0x0B, 2, 0, 1, 't', 0);
    two.closedBecause(ReasonCode.PROTOCOL_ERROR);
  }

  @Test
  void unsubscribeEndsExactlyThatFilterAndIsAlwaysAnswered()
      throws IOException { // MQTT-3.10.4-1, -2, -4, -5, -6, MQTT-3.11.3-1, -2
    RawClient client = client();
    client.subscribed(
        RawClient.filter(server.name("/a"), Qos.AT_MOST_ONCE),
        RawClient.filter(server.name("/+"), Qos.AT_MOST_ONCE));
    client.send(unsubscribe(9, server.name("/#"), server.name("/+"), server.name("/none")));
    UnsubAck ack = (UnsubAck) client.read();
    assertThat(ack.packetId()).isEqualTo(9);
    assertThat(ack.reasons())
        .containsExactly(
            ReasonCode.NO_SUBSCRIPTION_EXISTED,
            ReasonCode.SUCCESS,
            ReasonCode.NO_SUBSCRIPTION_EXISTED);
    client.published(server.name("/b"), "x", Qos.AT_MOST_ONCE).quiet();
    client.published(server.name("/a"), "x", Qos.AT_MOST_ONCE);
    assertThat(client.message().topic()).isEqualTo(server.name("/a"));
  }

  @Test
  void deliveryThatHasBegunIsCompletedAfterUnsubscribe() throws IOException { // MQTT-3.10.4-3
    RawClient client = server.join(server.five("c").receiveMaximum(1));
    client.subscribed(server.name("/a"), Qos.EXACTLY_ONCE);
    server.join(server.five("p")).published(server.name("/a"), "x", Qos.EXACTLY_ONCE);
    Publish begun = client.message();
    client.send(unsubscribe(9, server.name("/a")));
    assertThat(client.read()).isInstanceOf(UnsubAck.class);
    client.send(new PubRec(begun.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
    assertThat(client.read()).isInstanceOf(PubRel.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"$share/g", "$share//t", "$share/g/", "$share/g+/t", "$share/g#/t"})
  void malformedSharedSubscriptionIsRefused(String filter) throws IOException { // 4.8.2-1, -2
    RawClient client = client();
    client.subscribe(filter, Qos.AT_MOST_ONCE);
    assertThat(((SubAck) client.read()).reasons()).containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
  }

  @Test
  void eachGroupGetsAMessageOnceAtTheMembersQosAndNothingRetained()
      throws IOException { // MQTT-4.8.2-3
    String topic = server.name("/s");
    RawClient publisher = server.join(server.five("p"));
    publisher.published(topic, "kept", Qos.AT_LEAST_ONCE, true, PublishProperties.NONE);
    RawClient one = server.join(server.five("1")).subscribed("$share/a/" + topic, Qos.AT_MOST_ONCE);
    RawClient two = server.join(server.three("2"));
    two.subscribed("$share/b/" + topic, Qos.EXACTLY_ONCE);
    RawClient all = server.join(server.five("3"));
    all.subscribed(options("/s", false, false, DO_NOT_SEND));
    one.quiet();
    two.quiet();
    publisher.published(topic, "x", Qos.AT_LEAST_ONCE);
    assertThat(one.message().qos()).isEqualTo(Qos.AT_MOST_ONCE);
    assertThat(two.taken().qos()).isEqualTo(Qos.AT_LEAST_ONCE);
    assertThat(RawClient.text(all.taken())).isEqualTo("x");
    one.quiet();
    two.quiet();
    all.quiet();
  }

  @Test
  void messageRefusedByOneMemberGoesToNoOther() throws IOException { // MQTT-4.8.2-6
    String filter = "$share/g/" + server.name("/s");
    RawClient one = server.join(server.five("1")).subscribed(filter, Qos.AT_LEAST_ONCE);
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/s"), "x", Qos.AT_LEAST_ONCE);
    RawClient two = server.join(server.five("2")).subscribed(filter, Qos.AT_LEAST_ONCE);
    one.send(new PubAck(one.message().packetId(), ReasonCode.QUOTA_EXCEEDED, Explanation.NONE));
    one.quiet();
    two.quiet();
  }
}
