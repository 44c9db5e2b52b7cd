package io.thingstead.mqtt;

import static io.thingstead.model.Profile.AWS;
import static io.thingstead.model.Profile.MQTT;
import static io.thingstead.model.Profile.THINGSTEAD;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Qos;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows of docs/profiles.md about the protocol, connections, subscriptions and the account. */
class ProfileTest extends ProfileScene {
  /** An account that keeps two retained messages. */
  @RegisterExtension
  static final TestServer small =
      new TestServer(THINGSTEAD, Quotas.of(Map.of("retained.messages", 2L)).limits(THINGSTEAD));

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
}
