package io.thingstead.mqtt;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.broker.Qos;
import io.thingstead.mqtt.Breach.Deed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What exceeds each quota of an account, and what becomes of it: docs/profiles.md as a table. */
final class Breaches {
  private static final PublishProperties NONE = PublishProperties.NONE;
  private static final Map<String, Long> AT_ONCE = Map.of("messages.slowedSeconds", 0L);

  private Breaches() {}

  private static Deed publish(String topic, String payload) {
    return publish(topic, payload, false, NONE);
  }

  private static Deed publish(
      String topic, String payload, boolean retain, PublishProperties properties) {
    return (attempts, version) -> {
      try (RawClient client = attempts.join(version)) {
        client.publish(topic, payload, Qos.AT_LEAST_ONCE, retain, 1, properties);
        return Attempts.told(client);
      }
    };
  }

  private static PublishProperties with(
      @Nullable String contentType, byte @Nullable [] correlation, UserProperty... user) {
    return RawClient.properties(
        new MessageProperties(null, contentType, null, correlation, List.of(user)));
  }

  private static Deed subscribe(String... filters) {
    return (attempts, version) -> {
      try (RawClient client = attempts.join(version)) {
        client.send(
            new Subscribe(
                1,
                List.of(filters).stream()
                    .map(
                        filter ->
                            new Subscribe.Request(
                                filter,
                                Qos.AT_LEAST_ONCE,
                                false,
                                false,
                                Subscribe.RetainHandling.SEND))
                    .toList(),
                SubscribeProperties.NONE));
        return Attempts.told(client);
      }
    };
  }

  private static Connect as(Version version, String id, ConnectProperties properties) {
    return new Connect(version, true, 60, id, null, null, null, properties);
  }

  /** Publishes to a session that is kept and whose client is away. */
  private static Deed publishToOneAway(String filter) {
    return (attempts, version) -> {
      String id = "away" + attempts.next();
      try (RawClient away = new RawClient(attempts.port(), version)) {
        away.connect(Dial.of(version, id).kept().expiry(100).packet())
            .subscribed(filter.formatted(id), Qos.AT_LEAST_ONCE)
            .send(Disconnect.NORMAL)
            .closed();
      }
      return publish(id, "x").of(attempts, version);
    };
  }

  /** A client that publishes to itself. */
  private static Deed echo() {
    return (attempts, version) -> {
      try (RawClient client = attempts.join(version)) {
        client.subscribed("echo", Qos.AT_MOST_ONCE);
        client.publish("echo", "x", Qos.AT_MOST_ONCE, false, 0).send(PingReq.INSTANCE);
        return Attempts.told(client);
      }
    };
  }

  private static String secondMember(Attempts attempts, Version version) throws IOException {
    try (RawClient one = attempts.join(version)) {
      one.subscribed("$share/full" + version + "/t", Qos.AT_LEAST_ONCE);
      return subscribe("$share/full" + version + "/t").of(attempts, version);
    }
  }

  /** As many messages as reach a client that acknowledges none, and one more when it does. */
  private static String unacknowledged(Attempts attempts, Version version) throws IOException {
    try (RawClient client = attempts.join(version)) {
      client.subscribed("mine", Qos.AT_LEAST_ONCE);
      for (int id = 1; id <= 4; id++) {
        client.publish("mine", "x", Qos.AT_LEAST_ONCE, false, id);
      }
      client.send(PingReq.INSTANCE);
      int messages = 0;
      for (Packet packet = client.read(); packet != PingResp.INSTANCE; packet = client.read()) {
        messages += packet instanceof Publish ? 1 : 0;
      }
      client.send(new PubAck(1, ReasonCode.SUCCESS, Explanation.NONE));
      return messages + " messages, then " + Attempts.told(client);
    }
  }

  /** Of every quota that a raw client can exceed. */
  static List<Breach> all() {
    List<Breach> all = new ArrayList<>(ofMessages());
    all.addAll(ofConnections());
    all.addAll(ofSubscriptions());
    all.addAll(ofQueues());
    return all;
  }

  private static List<Breach> ofMessages() {
    Deed retained =
        (attempts, version) ->
            publish("kept" + attempts.next(), "x", true, NONE).of(attempts, version);
    return List.of(
        new Breach("topics.bytes", 4, publish("abcde", ""), "PUBACK TOPIC_NAME_INVALID", "closed"),
        new Breach(
            "topics.slashes", 1, publish("a/b/c", ""), "PUBACK TOPIC_NAME_INVALID", "closed"),
        new Breach(
            "messages.payloadBytes",
            4,
            publish("t", "12345"),
            "DISCONNECT PACKET_TOO_LARGE",
            "closed"),
        new Breach(
            "messages.packetBytes",
            200,
            publish("t", "x".repeat(300)),
            "DISCONNECT PACKET_TOO_LARGE",
            "closed"),
        new Breach(
            "messages.contentTypeBytes",
            4,
            publish("t", "", false, with("12345", null)),
            "DISCONNECT PACKET_TOO_LARGE",
            null),
        new Breach(
            "messages.correlationDataBytes",
            4,
            publish("t", "", false, with(null, new byte[5])),
            "DISCONNECT PACKET_TOO_LARGE",
            null),
        new Breach(
            "messages.userPropertiesBytes",
            4,
            publish("t", "", false, with(null, null, new UserProperty("12", "345"))),
            "DISCONNECT PACKET_TOO_LARGE",
            null),
        new Breach(
            "messages.topicAliases",
            1,
            publish(
                "t", "", false, new PublishProperties(-1, 2, List.of(), MessageProperties.NONE)),
            "DISCONNECT TOPIC_ALIAS_INVALID",
            null),
        new Breach(
            "messages.publishesPerSecond",
            0,
            AT_ONCE,
            publish("t", "x"),
            "PUBACK QUOTA_EXCEEDED",
            "closed"),
        new Breach(
            "messages.inPerSecond",
            0,
            AT_ONCE,
            publish("t", "x"),
            "PUBACK QUOTA_EXCEEDED",
            "closed"),
        new Breach("messages.outPerSecond", 0, echo(), "nothing", "nothing"),
        new Breach(
            "messages.unackedOut",
            3,
            Breaches::unacknowledged,
            "3 messages, then a message",
            "3 messages, then a message"),
        new Breach("retained.messages", 0, retained, "PUBACK QUOTA_EXCEEDED", "closed"),
        new Breach("retained.bytes", 0, retained, "PUBACK QUOTA_EXCEEDED", "closed"),
        new Breach("retained.perSecond", 0, retained, "PUBACK QUOTA_EXCEEDED", "closed"),
        new Breach("retained.perTopicPerSecond", 0, retained, "PUBACK QUOTA_EXCEEDED", "closed"));
  }

  private static List<Breach> ofConnections() {
    Deed connect =
        (attempts, version) ->
            attempts.connect(as(version, "n" + attempts.next(), ConnectProperties.NONE));
    ConnectProperties small =
        new ConnectProperties(0, 0xFFFF, 999, 0, false, true, List.of(), null);
    ConnectProperties kept =
        new ConnectProperties(99, 0xFFFF, Long.MAX_VALUE, 0, false, true, List.of(), null);
    return List.of(
        new Breach(
            "connect.clientIdBytes",
            3,
            (attempts, version) -> attempts.connect(as(version, "abcd", ConnectProperties.NONE)),
            "CONNACK CLIENT_IDENTIFIER_NOT_VALID",
            "CONNACK CLIENT_IDENTIFIER_NOT_VALID"),
        new Breach("connect.keepAliveMinSeconds", 90, connect, "expiry null, keep alive 90", null),
        new Breach("connect.keepAliveMaxSeconds", 40, connect, "expiry null, keep alive 40", null),
        new Breach("connect.connections", 0, connect, "CONNACK QUOTA_EXCEEDED", "closed"),
        new Breach("connect.perSecond", 0, connect, "CONNACK QUOTA_EXCEEDED", "closed"),
        new Breach("connect.perClientIdPerSecond", 0, connect, "CONNACK QUOTA_EXCEEDED", "closed"),
        new Breach(
            "messages.clientPacketBytesMin",
            1000,
            (attempts, version) -> attempts.connect(as(version, "n" + attempts.next(), small)),
            "CONNACK PACKET_TOO_LARGE",
            null),
        new Breach(
            "sessions.expiry",
            30,
            (attempts, version) -> attempts.connect(as(version, "n" + attempts.next(), kept)),
            "expiry 30, keep alive null",
            null),
        new Breach(
            "sessions.expiryMax",
            40,
            (attempts, version) -> attempts.connect(as(version, "n" + attempts.next(), kept)),
            "expiry 40, keep alive null",
            null));
  }

  private static List<Breach> ofQueues() {
    return Stream.of(
            "sessions.queuedPerSecond",
            "sessions.queuedPerGroup",
            "sessions.queues.messages",
            "sessions.queues.bytes",
            "sessions.queues.accountMessages",
            "sessions.queues.accountBytes")
        .map(
            quota ->
                new Breach(
                    quota,
                    0,
                    publishToOneAway(quota.endsWith("PerGroup") ? "$share/g/%s" : "%s"),
                    "PUBACK QUOTA_EXCEEDED",
                    "closed"))
        .toList();
  }

  private static List<Breach> ofSubscriptions() {
    return List.of(
        new Breach(
            "subscriptions.perPacket",
            1,
            subscribe("a", "b"),
            "DISCONNECT QUOTA_EXCEEDED",
            "closed"),
        new Breach(
            "subscriptions.perConnection",
            1,
            subscribe("a", "b"),
            "SUBACK [GRANTED_QOS_1, QUOTA_EXCEEDED]",
            "SUBACK [GRANTED_QOS_1, UNSPECIFIED_ERROR]"),
        new Breach(
            "subscriptions.perAccount",
            0,
            subscribe("a"),
            "SUBACK [QUOTA_EXCEEDED]",
            "SUBACK [UNSPECIFIED_ERROR]"),
        new Breach(
            "subscriptions.perSecond",
            0,
            subscribe("a"),
            "SUBACK [QUOTA_EXCEEDED]",
            "SUBACK [UNSPECIFIED_ERROR]"),
        new Breach(
            "subscriptions.groupChangesPerSecond",
            0,
            subscribe("a", "$share/g/t"),
            "SUBACK [GRANTED_QOS_1, QUOTA_EXCEEDED]",
            "SUBACK [GRANTED_QOS_1, UNSPECIFIED_ERROR]"),
        new Breach(
            "subscriptions.groupsPerAccount",
            0,
            subscribe("$share/new/t"),
            "SUBACK [QUOTA_EXCEEDED]",
            "SUBACK [UNSPECIFIED_ERROR]"),
        new Breach(
            "subscriptions.membersPerGroup",
            1,
            Breaches::secondMember,
            "SUBACK [QUOTA_EXCEEDED]",
            "SUBACK [UNSPECIFIED_ERROR]"),
        new Breach(
            "subscriptions.shareNameChars",
            2,
            subscribe("$share/abc/t"),
            "SUBACK [TOPIC_FILTER_INVALID]",
            "SUBACK [UNSPECIFIED_ERROR]"));
  }
}
