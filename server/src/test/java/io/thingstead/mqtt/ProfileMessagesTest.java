package io.thingstead.mqtt;

import static io.thingstead.model.Profile.AWS;
import static io.thingstead.model.Profile.MQTT;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows of docs/profiles.md about messages. */
class ProfileMessagesTest extends ProfileScene {
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
}
