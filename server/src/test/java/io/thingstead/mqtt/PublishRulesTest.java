package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PUBLISH and its answers, both ways, as the standards say, in profile {@code mqtt}. */
class PublishRulesTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.MQTT);

  private static RawClient subscriber(String filter, Qos qos) throws IOException {
    return server.join(server.five("sub")).subscribed(server.name(filter), qos);
  }

  private static RawClient publisher() throws IOException {
    return server.join(server.five("pub"));
  }

  @Test
  void deliveryHasTheLowerOfBothQos() throws IOException { // MQTT-3.8.4-8
    RawClient publisher = publisher();
    for (Qos granted : Qos.values()) {
      RawClient client = server.join(server.five("s" + granted));
      client.subscribed(server.name("/q"), granted);
      for (Qos sent : Qos.values()) {
        publisher.published(server.name("/q"), "x", sent);
        assertThat(client.taken().qos()).isEqualTo(sent.min(granted));
      }
    }
  }

  @Test
  void dupIsNotPassedOnAndWildcardsNeverMatchInNames()
      throws IOException { // MQTT-3.3.1-3, MQTT-4.3.1-1, MQTT-4.3.2-2
    RawClient subscriber = subscriber("/#", Qos.EXACTLY_ONCE);
    RawClient publisher = publisher();
    String topic = server.name("/d");
    publisher.send(dup(topic, 9));
    assertThat(((PubAck) publisher.read()).packetId()).isEqualTo(9);
    Publish got = subscriber.taken();
    assertThat(got.topic()).isEqualTo(topic);
    assertThat(got.dup()).isFalse();
    assertThat(got.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
  }

  private static Publish dup(String topic, int packetId) {
    byte[] name = topic.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return new Publish(
        io.netty.buffer.Unpooled.wrappedBuffer(name),
        0,
        name.length,
        name.length,
        0,
        0x0A,
        packetId,
        PublishProperties.NONE);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x38, 0x36})
  void dupWithQos0AndQos3AreMalformed(int first) throws IOException { // MQTT-3.3.1-2, -4
    RawClient client = publisher();
    client.sendBytes(first, 7, 0, 1, 't', 0, 1, 0, 'x');
    client.closedBecause(ReasonCode.MALFORMED_PACKET);
  }

  @Test
  void packetIdOf0IsAProtocolError() throws IOException { // MQTT-2.2.1-3, MQTT-2.3.1-1 of 3.1.1
    RawClient client = publisher();
    client.sendBytes(0x32, 6, 0, 1, 't', 0, 0, 0);
    client.closedBecause(ReasonCode.PROTOCOL_ERROR);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/+", "#"})
  void topicNameWithAWildcardIsRefused(String name) throws IOException { // MQTT-3.3.2-2
    RawClient client = publisher();
    client.publish(name, "x", Qos.AT_LEAST_ONCE, false, 1);
    client.closedBecause(ReasonCode.TOPIC_NAME_INVALID);
  }

  @Test
  void emptyTopicNameIsRefused() throws IOException { // MQTT-4.7.3-1, MQTT-3.3.2-1
    RawClient five = publisher();
    five.sendBytes(0x30, 3, 0, 0, 0);
    five.closedBecause(ReasonCode.PROTOCOL_ERROR);
    RawClient three = server.join(server.three("3"));
    three.sendBytes(0x30, 2, 0, 0);
    three.closed();
  }

  @Test
  void topicNameWithNulOrBadUtf8IsMalformed() throws IOException { // MQTT-1.5.4-1, -2, 4.7.3-2
    RawClient nul = publisher();
    nul.sendBytes(0x30, 6, 0, 3, 'a', 0, 'b', 0);
    nul.closedBecause(ReasonCode.MALFORMED_PACKET);
    RawClient bad = publisher();
    bad.sendBytes(0x30, 5, 0, 2, 0xC0, 0x80, 0);
    bad.closedBecause(ReasonCode.MALFORMED_PACKET);
  }

  @Test
  void byteOrderMarkIsKeptAndNamesAreNotNormalised() throws IOException { // MQTT-1.5.4-3, 4.7.3-4
    RawClient subscriber = subscriber("/#", Qos.AT_MOST_ONCE);
    RawClient publisher = publisher();
    List<String> names =
        List.of(
            server.name("/\uFEFFbom"),
            server.name("/bom"),
            server.name("/\u00e9"),
            server.name("/e\u0301"));
    for (String name : names) {
      publisher.published(name, "x", Qos.AT_MOST_ONCE);
      assertThat(subscriber.message().topic()).isEqualTo(name);
    }
    RawClient exact = server.join(server.five("exact")).subscribed(names.get(2), Qos.AT_MOST_ONCE);
    publisher.published(names.get(3), "x", Qos.AT_MOST_ONCE);
    publisher.published(names.get(2), "x", Qos.AT_MOST_ONCE).quiet();
    assertThat(exact.message().topic()).isEqualTo(names.get(2));
    exact.quiet();
  }

  @Test
  void longestTopicNameTravels() throws IOException { // MQTT-4.7.3-3
    String topic = server.name("/") + "x".repeat(65_500);
    RawClient subscriber = server.join(server.five("s")).subscribed(topic, Qos.AT_MOST_ONCE);
    publisher().published(topic, "x", Qos.AT_MOST_ONCE);
    assertThat(subscriber.message().topic()).isEqualTo(topic);
  }

  @Test
  void propertiesTravelUnalteredAndInOrder()
      throws IOException { // MQTT-3.3.2-4, -15, -16, -17, -18, -20
    MessageProperties sent =
        new MessageProperties(
            false,
            "text/ü",
            "reply/here",
            new byte[] {0, 1, (byte) 0xFF},
            List.of(
                new UserProperty("b", "1"),
                new UserProperty("a", "2"),
                new UserProperty("b", ""),
                new UserProperty("", "ü\uD83D\uDE00")));
    RawClient subscriber = subscriber("/p", Qos.EXACTLY_ONCE);
    RawClient publisher = publisher();
    for (Qos qos : Qos.values()) {
      publisher.published(server.name("/p"), "x", qos, true, RawClient.properties(sent));
      assertSame(subscriber.taken(), sent);
    }
    RawClient late = server.join(server.five("late"));
    late.subscribed(server.name("/p"), Qos.EXACTLY_ONCE);
    assertSame(late.taken(), sent);
    RawClient three = server.join(server.three("3"));
    three.subscribed(server.name("/p"), Qos.AT_MOST_ONCE);
    assertThat(RawClient.text(three.message())).isEqualTo("x");
  }

  private static void assertSame(Publish got, MessageProperties sent) {
    MessageProperties message = got.properties().message();
    assertThat(message.userProperties()).isEqualTo(sent.userProperties());
    assertThat(message.utf8()).isEqualTo(sent.utf8());
    assertThat(message.contentType()).isEqualTo(sent.contentType());
    assertThat(message.responseTopic()).isEqualTo(sent.responseTopic());
    assertThat(message.correlationData()).isEqualTo(sent.correlationData());
  }

  @Test
  void requestIsAnsweredOnItsResponseTopic() throws IOException {
    String inbox = server.name("/inbox");
    RawClient asks = server.join(server.five("asks")).subscribed(inbox, Qos.AT_LEAST_ONCE);
    RawClient answers = subscriber("/service", Qos.AT_LEAST_ONCE);
    MessageProperties question =
        new MessageProperties(null, null, inbox, new byte[] {42}, List.of());
    asks.published(
        server.name("/service"), "?", Qos.AT_LEAST_ONCE, false, RawClient.properties(question));
    MessageProperties asked = answers.taken().properties().message();
    MessageProperties answer =
        new MessageProperties(null, null, null, asked.correlationData(), List.of());
    answers.published(
        String.valueOf(asked.responseTopic()),
        "!",
        Qos.AT_LEAST_ONCE,
        false,
        RawClient.properties(answer));
    assertThat(asks.taken().properties().message().correlationData()).containsExactly(42);
  }

  @Test
  void responseTopicWithAWildcardIsAProtocolError() throws IOException { // MQTT-3.3.2-14
    RawClient client = publisher();
    // Read as a topic name, so its reason is that of one.
    client.sendBytes(0x30, 10, 0, 1, 't', 5, 0x08, 0, 2, 'a', '#', 'x');
    client.closedBecause(ReasonCode.TOPIC_NAME_INVALID);
  }

  @Test
  void subscriptionIdentifierFromAClientIsAProtocolError() throws IOException { // MQTT-3.3.4-6
    RawClient client = publisher();
    client.sendBytes(0x30, 7, 0, 1, 't', 2, 0x0B, 1, 'x');
    client.closedBecause(ReasonCode.PROTOCOL_ERROR);
  }

  @Test
  void qos1IsAcknowledgedAndItsIdUsableAgain()
      throws IOException { // MQTT-3.3.4-1, MQTT-4.3.2-4, MQTT-4.3.2-5
    RawClient subscriber = subscriber("/t", Qos.AT_MOST_ONCE);
    RawClient publisher = publisher();
    for (String text : List.of("first", "second")) {
      publisher.publish(server.name("/t"), text, Qos.AT_LEAST_ONCE, false, 77);
      assertThat(((PubAck) publisher.read()).packetId()).isEqualTo(77);
      assertThat(subscriber.readText()).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void qos2IsTakenOnceUntilItsRelease(Version version)
      throws IOException { // MQTT-4.3.3-8, -10, -11, -12
    RawClient subscriber = subscriber("/t", Qos.AT_MOST_ONCE);
    RawClient publisher = server.join(Dial.of(version, server.name("pub")));
    for (String text : List.of("first", "second")) {
      publisher.publish(server.name("/t"), text, Qos.EXACTLY_ONCE, false, 5);
      assertThat(((PubRec) publisher.read()).packetId()).isEqualTo(5);
      publisher.publish(server.name("/t"), text, Qos.EXACTLY_ONCE, false, 5);
      assertThat(((PubRec) publisher.read()).packetId()).isEqualTo(5);
      publisher.send(new PubRel(5, ReasonCode.SUCCESS, Explanation.NONE));
      assertThat(((PubComp) publisher.read()).reason()).isEqualTo(ReasonCode.SUCCESS);
      assertThat(subscriber.readText()).isEqualTo(text);
      subscriber.quiet();
    }
  }

  @Test
  void unknownIdsAreAnsweredAsUnknown() throws IOException { // MQTT-2.2.1-5
    RawClient client = publisher();
    client.send(new PubRel(9, ReasonCode.SUCCESS, Explanation.NONE));
    assertThat(client.read())
        .isEqualTo(new PubComp(9, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Explanation.NONE));
    client.send(new PubRec(9, ReasonCode.SUCCESS, Explanation.NONE));
    assertThat(client.read())
        .isEqualTo(new PubRel(9, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Explanation.NONE));
    client.send(new PubAck(9, ReasonCode.SUCCESS, Explanation.NONE));
    client.send(new PubComp(9, ReasonCode.SUCCESS, Explanation.NONE));
    client.quiet();
    RawClient three = server.join(server.three("3"));
    three.send(new PubRec(9, ReasonCode.SUCCESS, Explanation.NONE));
    assertThat(((PubRel) three.read()).packetId()).isEqualTo(9);
  }

  @Test
  void pubrelWithWrongFlagsIsMalformed() throws IOException { // MQTT-3.6.1-1
    RawClient client = publisher();
    client.sendBytes(0x60, 2, 0, 1);
    client.closedBecause(ReasonCode.MALFORMED_PACKET);
  }

  @Test
  void refusedDeliveryIsOver() throws IOException { // MQTT-4.4.0-2
    RawClient client = server.join(server.five("c").kept().expiry(1000).receiveMaximum(1));
    client.subscribed(server.name("/#"), Qos.EXACTLY_ONCE);
    RawClient publisher = publisher();
    publisher.published(server.name("/1"), "one", Qos.AT_LEAST_ONCE);
    publisher.published(server.name("/2"), "two", Qos.EXACTLY_ONCE);
    publisher.published(server.name("/3"), "three", Qos.AT_LEAST_ONCE);
    Publish one = client.message();
    client.send(new PubAck(one.packetId(), ReasonCode.QUOTA_EXCEEDED, Explanation.NONE));
    Publish two = client.message();
    assertThat(RawClient.text(two)).isEqualTo("two");
    client.send(new PubRec(two.packetId(), ReasonCode.NOT_AUTHORIZED, Explanation.NONE));
    assertThat(RawClient.text(client.taken())).isEqualTo("three");
    client.quiet();
    client.lost();
    RawClient again = server.join(server.five("c").kept().expiry(1000));
    again.quiet();
  }

  @Test
  void messagesOfAPublisherStayInOrder() throws IOException { // MQTT-4.6.0-5, -6
    RawClient subscriber = server.join(server.five("sub").receiveMaximum(3));
    subscriber.subscribed(server.name("/o"), Qos.AT_LEAST_ONCE);
    RawClient publisher = publisher();
    for (int i = 0; i < 50; i++) {
      publisher.published(server.name("/o"), "m" + i, Qos.AT_LEAST_ONCE);
    }
    for (int i = 0; i < 50; i++) {
      assertThat(RawClient.text(subscriber.taken())).isEqualTo("m" + i);
    }
  }

  @Test
  void answersComeInTheOrderOfThePublishes() throws IOException { // MQTT-4.6.0-2, -3
    RawClient kept = server.join(server.three("kept").kept());
    kept.subscribed(server.name("/d"), Qos.AT_LEAST_ONCE).send(Disconnect.NORMAL).closed();
    RawClient publisher = publisher();
    for (int id = 1; id <= 20; id++) {
      // Those for the session that is away wait for the disk, the others do not.
      String topic = server.name(id % 2 == 0 ? "/d" : "/nobody");
      publisher.publish(topic, "x", Qos.AT_LEAST_ONCE, false, id);
    }
    IntStream.rangeClosed(1, 20).forEach(id -> assertThat(acked(publisher)).isEqualTo(id));
  }

  private static int acked(RawClient client) {
    try {
      return ((PubAck) client.read()).packetId();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void refusalIsExplainedToWhoWantsToKnow() throws IOException { // MQTT-3.4.2-2, MQTT-3.1.2-29
    server.authorization.deny("publish " + server.name("/no"));
    PubAck told = refusal(server.five("a"));
    assertThat(told.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    assertThat(told.explanation().reasonString()).contains("denies");
    assertThat(refusal(server.five("b").noReasons()).explanation()).isEqualTo(Explanation.NONE);
    assertThat(refusal(server.five("c").packetBytes(30)).explanation()).isEqualTo(Explanation.NONE);
  }

  private static PubAck refusal(Dial dial) throws IOException {
    RawClient client = server.join(dial);
    client.publish(server.name("/no"), "x", Qos.AT_LEAST_ONCE, false, 1);
    return (PubAck) client.read();
  }

  @Test
  void refusedQos2PublishIsANewMessageWhenItComesAgain() throws IOException { // MQTT-4.3.3-9
    String topic = server.name("/later");
    server.authorization.deny("publish " + topic);
    RawClient client = publisher();
    client.publish(topic, "x", Qos.EXACTLY_ONCE, false, 4);
    assertThat(((PubRec) client.read()).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    client.publish(topic, "x", Qos.EXACTLY_ONCE, false, 4);
    assertThat(((PubRec) client.read()).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    client.send(new PubRel(4, ReasonCode.SUCCESS, Explanation.NONE));
    assertThat(((PubComp) client.read()).reason())
        .isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
  }
}
