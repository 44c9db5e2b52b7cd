package io.thingstead.mqtt;

import static io.thingstead.model.Profile.AWS;
import static io.thingstead.model.Profile.MQTT;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows of docs/profiles.md about topics. */
class ProfileTopicsTest extends ProfileScene {
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
}
