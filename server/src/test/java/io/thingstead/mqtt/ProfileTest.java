package io.thingstead.mqtt;

import static io.thingstead.model.Profile.AWS;
import static io.thingstead.model.Profile.MQTT;
import static io.thingstead.model.Profile.THINGSTEAD;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.broker.Qos;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every row of docs/profiles.md that a client of one connection can see. */
class ProfileTest {
  @RegisterExtension static final TestServer thingstead = new TestServer(THINGSTEAD);
  @RegisterExtension static final TestServer aws = new TestServer(AWS);
  @RegisterExtension static final TestServer mqtt = new TestServer(MQTT);

  /** An account that keeps two retained messages. */
  @RegisterExtension
  static final TestServer small =
      new TestServer(
          THINGSTEAD,
          new Limits(
              Limits.DEFAULT.topics(),
              Limits.DEFAULT.connect(),
              Limits.DEFAULT.messages(),
              Limits.DEFAULT.subscriptions(),
              Limits.DEFAULT.sessions(),
              new Limits.Retained(
                  2, Limits.UNLIMITED, Limits.UNLIMITED, Duration.ofDays(1), 1 << 20),
              Limits.DEFAULT.api(),
              Limits.DEFAULT.policies(),
              Limits.DEFAULT.shadows(),
              Limits.DEFAULT.rules(),
              Limits.DEFAULT.provisioning(),
              Limits.DEFAULT.functions(),
              Limits.DEFAULT.authorizers()));

  private static final Map<Profile, TestServer> SERVERS =
      Map.of(THINGSTEAD, thingstead, AWS, aws, MQTT, mqtt);

  private static TestServer server(Profile profile) {
    return java.util.Objects.requireNonNull(SERVERS.get(profile));
  }

  private static RawClient five(Profile profile) throws IOException {
    return server(profile).join(server(profile).five("c"));
  }

  private static RawClient five(Profile profile, String suffix) throws IOException {
    return server(profile).join(server(profile).five(suffix));
  }

  /** Publishes at QoS 1; what PUBACK says, or why the connection was closed. */
  private static ReasonCode publish(
      RawClient client, String topic, String payload, boolean retain, PublishProperties properties)
      throws IOException {
    client.publish(topic, payload, Qos.AT_LEAST_ONCE, retain, client.nextId(), properties);
    return switch (client.read()) {
      case PubAck ack -> ack.reason();
      case Disconnect disconnect -> disconnect.reason();
      case Packet other -> throw new AssertionError(String.valueOf(other));
    };
  }

  private static ReasonCode publish(RawClient client, String topic, String payload)
      throws IOException {
    return publish(client, topic, payload, false, PublishProperties.NONE);
  }

  private static ReasonCode subscribe(RawClient client, String filter) throws IOException {
    client.subscribe(filter, Qos.AT_LEAST_ONCE);
    return switch (client.read()) {
      case SubAck ack -> ack.reasons().getFirst();
      case Disconnect disconnect -> disconnect.reason();
      case Packet other -> throw new AssertionError(String.valueOf(other));
    };
  }

  private static Will will(String topic, Qos qos) {
    return new Will(topic, new byte[] {1}, qos, false, 0, -1, MessageProperties.NONE);
  }

  // Protocol.

  @ParameterizedTest
  @EnumSource(Profile.class)
  void mqtt31(Profile profile) throws IOException {
    TestServer server = server(profile);
    Dial dial = Dial.of(Version.V3_1, server.name("c"));
    if (profile == MQTT) {
      server.join(dial).quiet();
    } else {
      RawClient client = server.open(Version.V3_1);
      client.send(dial.packet());
      assertThat(client.readBytes(4)).containsExactly(0x20, 2, 0, 1);
      client.closed();
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void qos2(Profile profile) throws IOException {
    TestServer server = server(profile);
    RawClient subscriber = five(profile, "s");
    RawClient publisher = five(profile, "p");
    RawClient three = server.join(server.three("3"));
    publisher.publish(server.name("/a"), "x", Qos.EXACTLY_ONCE, false, 1);
    subscriber.subscribe(server.name("/a"), Qos.EXACTLY_ONCE);
    three.publish(server.name("/a"), "x", Qos.EXACTLY_ONCE, false, 1);
    if (profile == AWS) {
      // No PUBREC and no SUBACK.
      publisher.closedBecause(ReasonCode.QOS_NOT_SUPPORTED);
      subscriber.closedBecause(ReasonCode.QOS_NOT_SUPPORTED);
      three.closed();
      RawClient threeSubscriber = server.join(server.three("4"));
      threeSubscriber.subscribe(server.name("/a"), Qos.EXACTLY_ONCE);
      threeSubscriber.closed();
    } else {
      assertThat(((PubRec) publisher.read()).reason()).isEqualTo(ReasonCode.SUCCESS);
      assertThat(((SubAck) subscriber.read()).reasons()).containsExactly(ReasonCode.GRANTED_QOS_2);
      assertThat(((PubRec) three.read()).packetId()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void qos2Will(Profile profile) throws IOException { // MQTT-3.2.2-12
    TestServer server = server(profile);
    Dial dial = server.five("c").will(will(server.name("/w"), Qos.EXACTLY_ONCE));
    if (profile == AWS) {
      assertThat(server.refused(dial).reason()).isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
      RawClient three = server.open(Version.V3_1_1);
      three.send(server.three("3").will(will(server.name("/w"), Qos.EXACTLY_ONCE)).packet());
      three.closed();
    } else {
      server.join(dial).quiet();
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void subscriptionIdentifiers(Profile profile) throws IOException {
    TestServer server = server(profile);
    RawClient client = five(profile);
    client.send(
        new Subscribe(
            1,
            List.of(RawClient.filter(server.name("/a"), Qos.AT_MOST_ONCE)),
            new SubscribeProperties(5, List.of())));
    if (profile == AWS) {
      client.closedBecause(ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED);
    } else {
      assertThat(client.read()).isInstanceOf(SubAck.class);
    }
  }

  @Test
  void announcement() throws IOException { // MQTT-3.2.2-9
    int cloud = 149_504;
    assertThat(five(THINGSTEAD).connAck().properties().offer())
        .isEqualTo(new ServerOffer(100, Qos.EXACTLY_ONCE, true, cloud, 8, true, true, true));
    assertThat(five(AWS).connAck().properties().offer())
        .isEqualTo(new ServerOffer(100, Qos.AT_LEAST_ONCE, true, cloud, 8, true, false, true));
    assertThat(five(MQTT).connAck().properties().offer())
        .isEqualTo(
            new ServerOffer(100, Qos.EXACTLY_ONCE, true, 268_435_455, 65_535, true, true, true));
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void returnCodeOfMqtt3WithoutPermission(Profile profile) throws IOException {
    TestServer server = server(profile);
    server.authorization.deny("connect");
    try {
      RawClient three = server.open(Version.V3_1_1);
      three.send(server.three("3").packet());
      assertThat(three.readBytes(4)).containsExactly(0x20, 2, 0, profile == AWS ? 7 : 5);
      three.closed();
      assertThat(server.refused(server.five("5")).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    } finally {
      server.authorization.allow("connect");
    }
  }

  // Topics.

  @ParameterizedTest
  @EnumSource(Profile.class)
  void dollarTopics(Profile profile) throws IOException {
    ReasonCode named = profile == MQTT ? ReasonCode.SUCCESS : ReasonCode.TOPIC_NAME_INVALID;
    ReasonCode filtered =
        profile == MQTT ? ReasonCode.GRANTED_QOS_1 : ReasonCode.TOPIC_FILTER_INVALID;
    assertThat(publish(five(profile, "1"), "$mine/t", "x")).isEqualTo(named);
    assertThat(subscribe(five(profile, "2"), "$mine/t")).isEqualTo(filtered);
    assertThat(publish(five(profile, "3"), "$aws/things/t/shadow/get", "x"))
        .isEqualTo(ReasonCode.SUCCESS);
    assertThat(subscribe(five(profile, "4"), "$aws/things/t/shadow/get/accepted"))
        .isEqualTo(ReasonCode.GRANTED_QOS_1);
    RawClient three = server(profile).join(server(profile).three("5"));
    three.publish("$mine/t", "x", Qos.AT_LEAST_ONCE, false, 1);
    if (profile == MQTT) {
      assertThat(three.read()).isInstanceOf(PubAck.class);
    } else {
      three.closed();
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void retainedOnADollarTopic(Profile profile) throws IOException {
    String topic = profile == MQTT ? "$mine/r" : "$aws/things/t/shadow/update";
    assertThat(publish(five(profile), topic, "x", true, PublishProperties.NONE))
        .isEqualTo(profile == MQTT ? ReasonCode.SUCCESS : ReasonCode.TOPIC_NAME_INVALID);
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void willOnADollarTopic(Profile profile) throws IOException {
    TestServer server = server(profile);
    Dial dial = server.five("c").will(will("$aws/things/t/shadow/update", Qos.AT_LEAST_ONCE));
    if (profile == MQTT) {
      server.join(dial).quiet();
    } else {
      assertThat(server.refused(dial).reason()).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void clientIdThatBeginsWithADollar(Profile profile) throws IOException {
    Dial dial = Dial.three("$id");
    if (profile == MQTT) {
      server(profile).join(dial).quiet();
    } else {
      assertThat(server(profile).refused(dial).reason())
          .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void hashAndItsParent(Profile profile) throws IOException {
    TestServer server = server(profile);
    RawClient client = five(profile);
    client.subscribed(server.name("/sensor/#"), Qos.AT_MOST_ONCE);
    client.published(server.name("/sensor"), "parent", Qos.AT_MOST_ONCE);
    client.published(server.name("/sensor/"), "child", Qos.AT_MOST_ONCE);
    if (profile != AWS) {
      assertThat(client.readText()).isEqualTo("parent");
    }
    assertThat(client.readText()).isEqualTo("child");
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void retainedMessagesForWildcards(Profile profile) throws IOException {
    TestServer server = server(profile);
    RawClient client = five(profile);
    String topic = server.name("/r");
    client.published(topic, "kept", Qos.AT_LEAST_ONCE, true, PublishProperties.NONE);
    client.subscribed(server.name("/+"), Qos.AT_MOST_ONCE);
    if (profile != AWS) {
      assertThat(client.readText()).isEqualTo("kept");
    }
    client.quiet();
    client.subscribed(topic, Qos.AT_MOST_ONCE);
    assertThat(client.readText()).isEqualTo("kept");
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void topicLengthAndSlashes(Profile profile) throws IOException {
    ReasonCode beyond = profile == MQTT ? ReasonCode.SUCCESS : ReasonCode.TOPIC_NAME_INVALID;
    RawClient client = five(profile);
    assertThat(publish(client, "x".repeat(256), "x")).isEqualTo(ReasonCode.SUCCESS);
    assertThat(publish(client, "x".repeat(257), "x")).isEqualTo(beyond);
    assertThat(publish(client, "1/2/3/4/5/6/7/8", "x")).isEqualTo(ReasonCode.SUCCESS);
    assertThat(publish(client, "1/2/3/4/5/6/7/8/9", "x")).isEqualTo(beyond);
    ReasonCode filtered =
        profile == MQTT ? ReasonCode.GRANTED_QOS_1 : ReasonCode.TOPIC_FILTER_INVALID;
    assertThat(subscribe(client, "y".repeat(256))).isEqualTo(ReasonCode.GRANTED_QOS_1);
    assertThat(subscribe(client, "y".repeat(257))).isEqualTo(filtered);
    assertThat(subscribe(client, "+/2/3/4/5/6/7/+")).isEqualTo(ReasonCode.GRANTED_QOS_1);
    assertThat(subscribe(client, "+/2/3/4/5/6/7/8/9")).isEqualTo(filtered);
    assertThat(subscribe(client, "$share/group/1/2/3/4/5/6/7/8"))
        .isEqualTo(ReasonCode.GRANTED_QOS_1);
  }

  // Connections.

  @ParameterizedTest
  @EnumSource(Profile.class)
  void clientIdLength(Profile profile) throws IOException {
    TestServer server = server(profile);
    server.join(Dial.five("i".repeat(128))).quiet();
    Dial longer = Dial.five("i".repeat(profile == MQTT ? 65_535 : 129));
    if (profile == MQTT) {
      server.join(longer).quiet();
    } else {
      assertThat(server.refused(longer).reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void keepAlive(Profile profile) throws IOException { // MQTT-3.2.2-21, MQTT-3.2.2-22
    TestServer server = server(profile);
    for (int asked : new int[] {0, 1, 29, 30, 1200, 1201, 65_535}) {
      Integer told =
          server
              .join(server.five("k" + asked).keepAlive(asked))
              .connAck()
              .properties()
              .serverKeepAliveSeconds();
      int used = asked == 0 ? 1200 : Math.clamp(asked, 30, 1200);
      assertThat(told).isEqualTo(profile == MQTT || used == asked ? null : used);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Profile.class,
      names = {"THINGSTEAD", "AWS"})
  void raisedKeepAliveIsTheOneThatCounts(Profile profile) throws IOException {
    TestServer server = server(profile);
    RawClient client = server.join(server.five("c").keepAlive(1));
    server.pass(44);
    client.quiet();
    server.pass(46);
    client.closedBecause(ReasonCode.KEEP_ALIVE_TIMEOUT);
    RawClient none = server.join(server.three("n").keepAlive(0));
    server.pass(1801);
    none.closed();
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void sessionExpiry(Profile profile) throws IOException {
    TestServer server = server(profile);
    RawClient hour = server.join(server.five("h").kept().expiry(3600));
    assertThat(hour.connAck().properties().sessionExpirySeconds()).isNull();
    hour.lost();
    RawClient forEver = server.join(server.five("e").kept().expiry(0xFFFF_FFFFL));
    assertThat(forEver.connAck().properties().sessionExpirySeconds())
        .isEqualTo(profile == MQTT ? null : Long.valueOf(3600));
    forEver.lost();
    server.pass(3590);
    assertThat(server.join(server.five("h").kept()).connAck().sessionPresent()).isTrue();
    server.pass(20);
    assertThat(server.join(server.five("e").kept()).connAck().sessionPresent())
        .isEqualTo(profile == MQTT);
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void sessionOfMqtt3(Profile profile) throws IOException {
    TestServer server = server(profile);
    server.join(server.three("c").kept()).lost();
    server.pass(3590);
    RawClient back = server.join(server.three("c").kept());
    assertThat(back.connAck().sessionPresent()).isTrue();
    back.lost();
    server.pass(3610);
    assertThat(server.join(server.three("c").kept()).connAck().sessionPresent())
        .isEqualTo(profile == MQTT);
  }

  // Messages.

  @ParameterizedTest
  @EnumSource(Profile.class)
  void payload(Profile profile) throws IOException {
    TestServer server = server(profile);
    RawClient client = five(profile);
    assertThat(publish(client, server.name("/p"), "x".repeat(131_072)))
        .isEqualTo(ReasonCode.SUCCESS);
    assertThat(publish(client, server.name("/p"), "x".repeat(131_073)))
        .isEqualTo(profile == MQTT ? ReasonCode.SUCCESS : ReasonCode.PACKET_TOO_LARGE);
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void wholePacket(Profile profile) throws IOException {
    RawClient client = five(profile);
    // Only the head of one of 149,505 bytes, and of the largest that MQTT knows.
    client.sendBytes(0x30, 0xFD, 0x8F, 0x09);
    if (profile == MQTT) {
      RawClient watcher = five(profile, "w");
      watcher.quiet();
      assertThat(five(profile, "x").send(PingReq.INSTANCE).read()).isEqualTo(PingResp.INSTANCE);
      client.lost();
    } else {
      client.closedBecause(ReasonCode.PACKET_TOO_LARGE);
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void contentType(Profile profile) throws IOException {
    properties(
        profile,
        new MessageProperties(null, "c".repeat(256), null, null, List.of()),
        new MessageProperties(null, "c".repeat(257), null, null, List.of()));
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void correlationData(Profile profile) throws IOException {
    properties(
        profile,
        new MessageProperties(null, null, null, new byte[8192], List.of()),
        new MessageProperties(null, null, null, new byte[8193], List.of()));
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void userProperties(Profile profile) throws IOException {
    List<UserProperty> most = Collections.nCopies(8, new UserProperty("k", "v".repeat(1023)));
    List<UserProperty> more = Collections.nCopies(8, new UserProperty("kk", "v".repeat(1023)));
    properties(
        profile,
        new MessageProperties(null, null, null, null, most),
        new MessageProperties(null, null, null, null, more));
  }

  private static void properties(Profile profile, MessageProperties fits, MessageProperties not)
      throws IOException {
    TestServer server = server(profile);
    RawClient client = five(profile);
    String topic = server.name("/p");
    assertThat(publish(client, topic, "x", false, RawClient.properties(fits)))
        .isEqualTo(ReasonCode.SUCCESS);
    assertThat(publish(client, topic, "x", false, RawClient.properties(not)))
        .isEqualTo(profile == MQTT ? ReasonCode.SUCCESS : ReasonCode.PACKET_TOO_LARGE);
    // The same holds for wills.
    Will will = new Will(topic, new byte[0], Qos.AT_LEAST_ONCE, false, 0, -1, not);
    if (profile == MQTT) {
      server.join(server.five("w").will(will)).quiet();
    } else {
      assertThat(server.refused(server.five("w").will(will)).reason())
          .isEqualTo(ReasonCode.PACKET_TOO_LARGE);
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void topicAliases(Profile profile) throws IOException { // MQTT-3.3.2-9
    TestServer server = server(profile);
    RawClient client = five(profile);
    for (int alias : new int[] {8, 9}) {
      PublishProperties properties =
          new PublishProperties(-1, alias, List.of(), MessageProperties.NONE);
      assertThat(publish(client, server.name("/a"), "x", false, properties))
          .isEqualTo(
              alias == 8 || profile == MQTT ? ReasonCode.SUCCESS : ReasonCode.TOPIC_ALIAS_INVALID);
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void messageExpiry(Profile profile) throws IOException {
    assertThat(expiry(profile, 604_800)).isEqualTo(604_800);
    assertThat(expiry(profile, 604_801)).isEqualTo(profile == MQTT ? 604_801 : 604_800);
    assertThat(expiry(profile, 0xFFFF_FFFFL)).isEqualTo(profile == MQTT ? 0xFFFF_FFFFL : 604_800);
    assertThat(expiry(profile, 0)).isEqualTo(profile == MQTT ? 0 : 1);
  }

  private static long expiry(Profile profile, long asked) throws IOException {
    TestServer server = server(profile);
    RawClient client = five(profile, "e" + asked);
    client.subscribed(server.name("/e"), Qos.AT_MOST_ONCE);
    client.publish(
        server.name("/e"),
        "x",
        Qos.AT_MOST_ONCE,
        false,
        0,
        new PublishProperties(asked, 0, List.of(), MessageProperties.NONE));
    return client.message().properties().expirySeconds();
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void expiryThatIsTold(Profile profile) throws IOException { // MQTT-3.3.2-6
    TestServer server = server(profile);
    RawClient client = five(profile);
    PublishProperties ten = new PublishProperties(10, 0, List.of(), MessageProperties.NONE);
    client.published(server.name("/e"), "x", Qos.AT_LEAST_ONCE, true, ten);
    server.passMillis(1);
    client.subscribed(server.name("/e"), Qos.AT_MOST_ONCE);
    assertThat(client.message().properties().expirySeconds()).isEqualTo(profile == AWS ? 9 : 10);
    server.passMillis(9_000);
    client.subscribed(server.name("/e"), Qos.AT_MOST_ONCE);
    assertThat(client.message().properties().expirySeconds()).isEqualTo(profile == AWS ? 0 : 1);
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void smallestPacketSizeOfAClient(Profile profile) throws IOException {
    TestServer server = server(profile);
    server.join(server.five("c").packetBytes(512)).quiet();
    if (profile == MQTT) {
      server.join(server.five("c").packetBytes(30)).quiet();
    } else {
      assertThat(server.refused(server.five("c").packetBytes(511)).reason())
          .isEqualTo(ReasonCode.PACKET_TOO_LARGE);
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void unacknowledgedToAClient(Profile profile) throws IOException {
    TestServer server = server(profile);
    RawClient client = five(profile);
    client.subscribed(server.name("/u"), Qos.AT_LEAST_ONCE);
    RawClient publisher = five(profile, "p");
    for (int i = 0; i < 101; i++) {
      publisher.published(server.name("/u"), "x", Qos.AT_LEAST_ONCE);
    }
    for (int i = 0; i < (profile == MQTT ? 101 : 100); i++) {
      client.message();
    }
    client.quiet();
  }

  // Account.

  @Test
  void retainedMessagesOfAnAccount() throws IOException {
    for (Profile profile : Profile.values()) {
      assertThat(Limits.of(profile).retained().messages())
          .isEqualTo(profile == MQTT ? Limits.UNLIMITED : 500_000);
    }
    RawClient client = small.join(small.five("c"));
    for (String topic : List.of("/1", "/2")) {
      assertThat(publish(client, small.name(topic), "x", true, PublishProperties.NONE))
          .isEqualTo(ReasonCode.SUCCESS);
    }
    assertThat(publish(client, small.name("/3"), "x", true, PublishProperties.NONE))
        .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    // One that is there may be replaced, and its place given up.
    assertThat(publish(client, small.name("/2"), "y", true, PublishProperties.NONE))
        .isEqualTo(ReasonCode.SUCCESS);
    assertThat(publish(client, small.name("/2"), "", true, PublishProperties.NONE))
        .isEqualTo(ReasonCode.SUCCESS);
    assertThat(publish(client, small.name("/3"), "x", true, PublishProperties.NONE))
        .isEqualTo(ReasonCode.SUCCESS);
  }

  // Subscriptions.

  @ParameterizedTest
  @EnumSource(Profile.class)
  void filtersInOneSubscribe(Profile profile) throws IOException {
    TestServer server = server(profile);
    Subscribe.Request one = RawClient.filter(server.name("/f"), Qos.AT_MOST_ONCE);
    five(profile).send(new Subscribe(1, Collections.nCopies(8, one), SubscribeProperties.NONE));
    for (RawClient client : List.of(five(profile, "5"), server.join(server.three("3")))) {
      client.send(new Subscribe(1, Collections.nCopies(9, one), SubscribeProperties.NONE));
      if (profile == MQTT) {
        assertThat(((SubAck) client.read()).reasons()).hasSize(9);
      } else if (client.connAck().properties().offer().receiveMaximum() == 100) {
        client.closedBecause(ReasonCode.QUOTA_EXCEEDED);
      } else {
        client.closed();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void subscriptionsOfOneConnection(Profile profile) throws IOException {
    TestServer server = server(profile);
    RawClient client = five(profile);
    for (int i = 1; i <= 50; i++) {
      client.subscribed(server.name("/" + i), Qos.AT_MOST_ONCE);
    }
    assertThat(subscribe(client, server.name("/51")))
        .isEqualTo(profile == MQTT ? ReasonCode.GRANTED_QOS_1 : ReasonCode.QUOTA_EXCEEDED);
    assertThat(subscribe(client, server.name("/50"))).isEqualTo(ReasonCode.GRANTED_QOS_1);
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void shareName(Profile profile) throws IOException {
    RawClient client = five(profile);
    assertThat(subscribe(client, "$share/" + "s".repeat(128) + "/t"))
        .isEqualTo(ReasonCode.GRANTED_QOS_1);
    assertThat(subscribe(client, "$share/" + "s".repeat(129) + "/t"))
        .isEqualTo(profile == MQTT ? ReasonCode.GRANTED_QOS_1 : ReasonCode.TOPIC_FILTER_INVALID);
  }
}
