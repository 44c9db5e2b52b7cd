package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.broker.Qos;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every quota of an account: set for it, exceeded by a raw client, answered exactly. */
class QuotaTest {
  private static final PublishProperties NONE = PublishProperties.NONE;

  @TempDir static Path directory;
  private static TestNode node;
  private static int names;

  /** What the broker logs of limits. */
  private static final List<String> LOGGED = new CopyOnWriteArrayList<>();

  private static final Logger LOG = Logger.getLogger("io.thingstead.broker.Breaches");

  private static final Handler LISTENER =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          LOGGED.add(new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeAll
  static void start() {
    LOG.addHandler(LISTENER);
    node = new TestNode(directory, 0, 2, Profile.AWS, _ -> new AllowAll());
  }

  @AfterAll
  static void stop() {
    node.close();
    LOG.removeHandler(LISTENER);
  }

  private static int told() {
    return LOGGED.size() + node.refusals().size();
  }

  /** What a client does and is told. */
  interface Deed {
    String of(QuotaTest test, Version version) throws IOException;
  }

  /**
   * A quota and its breach.
   *
   * @param more other quotas that have to be out of the way
   * @param v5 what a client of MQTT 5 is told
   * @param v3 what one of 3.1.1 is told; null if there is nothing that it could do
   */
  record Breach(
      String quota, long value, Map<String, Long> more, Deed deed, String v5, @Nullable String v3) {
    /** Whether the client is only told what it gets instead. */
    boolean adjusts() {
      return v5.startsWith("expiry");
    }

    @Override
    public String toString() {
      return quota;
    }
  }

  private static Breach breach(
      String quota, long value, Deed deed, String v5, @Nullable String v3) {
    return new Breach(quota, value, Map.of(), deed, v5, v3);
  }

  private static Deed publish(String topic, String payload) {
    return publish(topic, payload, false, NONE);
  }

  private static Deed publish(
      String topic, String payload, boolean retain, PublishProperties properties) {
    return (test, version) -> {
      try (RawClient client = test.join(version)) {
        client.publish(topic, payload, Qos.AT_LEAST_ONCE, retain, 1, properties);
        return told(client);
      }
    };
  }

  private static PublishProperties with(
      @Nullable String contentType, byte @Nullable [] correlation, UserProperty... user) {
    return RawClient.properties(
        new MessageProperties(null, contentType, null, correlation, List.of(user)));
  }

  private static Deed subscribe(String... filters) {
    return (test, version) -> {
      try (RawClient client = test.join(version)) {
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
        return told(client);
      }
    };
  }

  private static String connect(Connect packet) throws IOException {
    try (RawClient client = new RawClient(node.port(), packet.version())) {
      client.send(packet);
      return told(client);
    }
  }

  private static Connect as(Version version, String id, ConnectProperties properties) {
    return new Connect(version, true, 60, id, null, null, null, properties);
  }

  private static String told(RawClient client) throws IOException {
    return switch (client.readOrEnd()) {
      case null -> "closed";
      case PubAck ack -> "PUBACK " + ack.reason();
      case SubAck ack -> "SUBACK " + ack.reasons();
      case ConnAck ack when ack.reason() == ReasonCode.SUCCESS ->
          "expiry %d, keep alive %d"
              .formatted(
                  ack.properties().sessionExpirySeconds(),
                  ack.properties().serverKeepAliveSeconds());
      case ConnAck ack -> "CONNACK " + ack.reason();
      case Disconnect end -> "DISCONNECT " + end.reason();
      case Publish _ -> "a message";
      case PingResp _ -> "nothing";
      default -> "another packet";
    };
  }

  private RawClient join(Version version) throws IOException {
    return RawClient.joined(node.port(), version, "c" + names++, true);
  }

  /** Publishes to a session that is kept and whose client is away. */
  private static Deed publishToOneAway(String filter) {
    return (test, version) -> {
      String id = "away" + names++;
      try (RawClient away = new RawClient(node.port(), version)) {
        away.connect(Dial.of(version, id).kept().expiry(100).packet())
            .subscribed(filter.formatted(id), Qos.AT_LEAST_ONCE)
            .send(Disconnect.NORMAL)
            .closed();
      }
      return publish(id, "x").of(test, version);
    };
  }

  /** A client that publishes to itself. */
  private static Deed echo() {
    return (test, version) -> {
      try (RawClient client = test.join(version)) {
        client.subscribed("echo", Qos.AT_MOST_ONCE);
        client.publish("echo", "x", Qos.AT_MOST_ONCE, false, 0).send(PingReq.INSTANCE);
        return told(client);
      }
    };
  }

  private static String secondMember(QuotaTest test, Version version) throws IOException {
    try (RawClient one = test.join(version)) {
      one.subscribed("$share/full" + version + "/t", Qos.AT_LEAST_ONCE);
      return subscribe("$share/full" + version + "/t").of(test, version);
    }
  }

  /** As many messages as reach a client that acknowledges none, and one more when it does. */
  private static String unacknowledged(QuotaTest test, Version version) throws IOException {
    try (RawClient client = test.join(version)) {
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
      return messages + " messages, then " + told(client);
    }
  }

  private static final Map<String, Long> AT_ONCE = Map.of("messages.slowedSeconds", 0L);

  static List<Breach> breaches() {
    List<Breach> all = new ArrayList<>(ofMessages());
    all.addAll(ofConnections());
    all.addAll(ofSubscriptions());
    all.addAll(ofQueues());
    return all;
  }

  private static List<Breach> ofMessages() {
    Deed retained = (test, version) -> publish("kept" + names++, "x", true, NONE).of(test, version);
    return List.of(
        breach("topics.bytes", 4, publish("abcde", ""), "PUBACK TOPIC_NAME_INVALID", "closed"),
        breach("topics.slashes", 1, publish("a/b/c", ""), "PUBACK TOPIC_NAME_INVALID", "closed"),
        breach(
            "messages.payloadBytes",
            4,
            publish("t", "12345"),
            "DISCONNECT PACKET_TOO_LARGE",
            "closed"),
        breach(
            "messages.packetBytes",
            200,
            publish("t", "x".repeat(300)),
            "DISCONNECT PACKET_TOO_LARGE",
            "closed"),
        breach(
            "messages.contentTypeBytes",
            4,
            publish("t", "", false, with("12345", null)),
            "DISCONNECT PACKET_TOO_LARGE",
            null),
        breach(
            "messages.correlationDataBytes",
            4,
            publish("t", "", false, with(null, new byte[5])),
            "DISCONNECT PACKET_TOO_LARGE",
            null),
        breach(
            "messages.userPropertiesBytes",
            4,
            publish("t", "", false, with(null, null, new UserProperty("12", "345"))),
            "DISCONNECT PACKET_TOO_LARGE",
            null),
        breach(
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
        breach("messages.outPerSecond", 0, echo(), "nothing", "nothing"),
        breach(
            "messages.unackedOut",
            3,
            QuotaTest::unacknowledged,
            "3 messages, then a message",
            "3 messages, then a message"),
        breach("retained.messages", 0, retained, "PUBACK QUOTA_EXCEEDED", "closed"),
        breach("retained.bytes", 0, retained, "PUBACK QUOTA_EXCEEDED", "closed"),
        breach("retained.perSecond", 0, retained, "PUBACK QUOTA_EXCEEDED", "closed"),
        breach("retained.perTopicPerSecond", 0, retained, "PUBACK QUOTA_EXCEEDED", "closed"));
  }

  private static List<Breach> ofConnections() {
    Deed connect = (test, version) -> connect(as(version, "n" + names++, ConnectProperties.NONE));
    ConnectProperties small =
        new ConnectProperties(0, 0xFFFF, 999, 0, false, true, List.of(), null);
    ConnectProperties kept =
        new ConnectProperties(99, 0xFFFF, Long.MAX_VALUE, 0, false, true, List.of(), null);
    return List.of(
        breach(
            "connect.clientIdBytes",
            3,
            (test, version) -> connect(as(version, "abcd", ConnectProperties.NONE)),
            "CONNACK CLIENT_IDENTIFIER_NOT_VALID",
            "CONNACK CLIENT_IDENTIFIER_NOT_VALID"),
        breach("connect.keepAliveMinSeconds", 90, connect, "expiry null, keep alive 90", null),
        breach("connect.keepAliveMaxSeconds", 40, connect, "expiry null, keep alive 40", null),
        breach("connect.connections", 0, connect, "CONNACK QUOTA_EXCEEDED", "closed"),
        breach("connect.perSecond", 0, connect, "CONNACK QUOTA_EXCEEDED", "closed"),
        breach("connect.perClientIdPerSecond", 0, connect, "CONNACK QUOTA_EXCEEDED", "closed"),
        breach(
            "messages.clientPacketBytesMin",
            1000,
            (test, version) -> connect(as(version, "n" + names++, small)),
            "CONNACK PACKET_TOO_LARGE",
            null),
        breach(
            "sessions.expiry",
            30,
            (test, version) -> connect(as(version, "n" + names++, kept)),
            "expiry 30, keep alive null",
            null),
        breach(
            "sessions.expiryMax",
            40,
            (test, version) -> connect(as(version, "n" + names++, kept)),
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
                breach(
                    quota,
                    0,
                    publishToOneAway(quota.endsWith("PerGroup") ? "$share/g/%s" : "%s"),
                    "PUBACK QUOTA_EXCEEDED",
                    "closed"))
        .toList();
  }

  private static List<Breach> ofSubscriptions() {
    return List.of(
        breach(
            "subscriptions.perPacket",
            1,
            subscribe("a", "b"),
            "DISCONNECT QUOTA_EXCEEDED",
            "closed"),
        breach(
            "subscriptions.perConnection",
            1,
            subscribe("a", "b"),
            "SUBACK [GRANTED_QOS_1, QUOTA_EXCEEDED]",
            "SUBACK [GRANTED_QOS_1, UNSPECIFIED_ERROR]"),
        breach(
            "subscriptions.perAccount",
            0,
            subscribe("a"),
            "SUBACK [QUOTA_EXCEEDED]",
            "SUBACK [UNSPECIFIED_ERROR]"),
        breach(
            "subscriptions.perSecond",
            0,
            subscribe("a"),
            "SUBACK [QUOTA_EXCEEDED]",
            "SUBACK [UNSPECIFIED_ERROR]"),
        breach(
            "subscriptions.groupChangesPerSecond",
            0,
            subscribe("a", "$share/g/t"),
            "SUBACK [GRANTED_QOS_1, QUOTA_EXCEEDED]",
            "SUBACK [GRANTED_QOS_1, UNSPECIFIED_ERROR]"),
        breach(
            "subscriptions.groupsPerAccount",
            0,
            subscribe("$share/new/t"),
            "SUBACK [QUOTA_EXCEEDED]",
            "SUBACK [UNSPECIFIED_ERROR]"),
        breach(
            "subscriptions.membersPerGroup",
            1,
            QuotaTest::secondMember,
            "SUBACK [QUOTA_EXCEEDED]",
            "SUBACK [UNSPECIFIED_ERROR]"),
        breach(
            "subscriptions.shareNameChars",
            2,
            subscribe("$share/abc/t"),
            "SUBACK [TOPIC_FILTER_INVALID]",
            "SUBACK [UNSPECIFIED_ERROR]"));
  }

  @ParameterizedTest
  @MethodSource("breaches")
  void aBreachIsToldExactlyCountedAndLogged(Breach breach) throws IOException {
    Map<String, Long> set = new HashMap<>(breach.more());
    set.put(breach.quota(), breach.value());
    node.limit(Quotas.of(set));
    long counted = node.exceeded(breach.quota());
    int logged = told();

    assertThat(breach.deed().of(this, Version.V5)).isEqualTo(breach.v5());
    if (breach.v3() != null) {
      assertThat(breach.deed().of(this, Version.V3_1_1)).isEqualTo(breach.v3());
    }
    if (!breach.adjusts() && !breach.quota().equals("messages.unackedOut")) {
      int breaches = breach.v3() == null ? 1 : 2;
      assertThat(node.exceeded(breach.quota()) - counted).as("counted").isEqualTo(breaches);
      assertThat(told()).as("logged").isGreaterThan(logged);
    }
  }

  /** No limit may be made that nothing enforces: the page names a test for each, or a reason. */
  @Test
  void everyQuotaHasABreachHereOrIsOnThePageWithATestOrAReason() throws IOException {
    Map<String, String> page = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("../docs/profiles.md"))) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 8 && cells[1].strip().matches("`\\w+(\\.\\w+)+`")) {
        String name = cells[1].strip().replace("`", "");
        page.put(name, cells[6].strip());
        assertThat(List.of(cells[2].strip(), cells[3].strip(), cells[4].strip()))
            .as(name)
            .isEqualTo(Stream.of(Profile.values()).map(profile -> shown(profile, name)).toList());
        assertThat(cells[5]).as("what becomes of a breach of %s", name).isNotBlank();
      }
    }
    assertThat(page.keySet())
        .as("quotas in the table of docs/profiles.md, each with a test or a reason")
        .isEqualTo(Quotas.list(Limits.DEFAULT).keySet());
    Set<String> here = new TreeSet<>();
    breaches().forEach(breach -> here.add(breach.quota()));
    page.forEach(
        (name, proof) -> {
          assertThat(proof.contains("`QuotaTest`")).as(name).isEqualTo(here.contains(name));
          assertThat(proof).as(name).containsPattern("`\\w+Test(\\.\\w+)?`|no breach: .+");
        });
  }

  private static String shown(Profile profile, String name) {
    long value = Quotas.list(Limits.of(profile)).getOrDefault(name, -1L);
    boolean none = value >= Limits.UNLIMITED && !name.endsWith("Bytes") && !name.endsWith("bytes");
    return none ? "none" : String.format(Locale.ROOT, "%,d", value);
  }

  /** A client that is too fast is slowed down and not refused, as long as it may be. */
  @ParameterizedTest
  @EnumSource(
      value = Version.class,
      names = {"V3_1_1", "V5"})
  void whoPublishesTooFastIsReadMoreSlowlyAndThenRefused(Version version) throws IOException {
    node.limit(Quotas.of(Map.of("messages.publishesPerSecond", 50L)));
    try (RawClient client = join(version)) {
      for (int i = 1; i <= 70; i++) {
        client.publish("t", "x", Qos.AT_LEAST_ONCE, false, i);
      }
      for (int i = 1; i <= 70; i++) {
        assertThat(told(client)).isEqualTo("PUBACK SUCCESS");
      }
    }
    node.limit(Quotas.of(Map.of("messages.publishesPerSecond", 2L, "messages.slowedSeconds", 0L)));
    try (RawClient client = join(version)) {
      for (int i = 1; i <= 70; i++) {
        client.publish("t", "x", Qos.AT_LEAST_ONCE, false, i);
      }
      Set<String> said = new TreeSet<>();
      for (int i = 1; i <= 70 && !said.contains("closed"); i++) {
        said.add(told(client));
      }
      assertThat(said)
          .containsExactlyInAnyOrder(
              "PUBACK SUCCESS", version == Version.V5 ? "PUBACK QUOTA_EXCEEDED" : "closed");
    }
    assertThat(node.refusals())
        .anyMatch(line -> line.contains("publish") && line.contains("messages.publishesPerSecond"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Version.class,
      names = {"V3_1_1", "V5"})
  void whoSendsTooManyBytesIsReadMoreSlowlyAndNeverRefused(Version version) throws IOException {
    node.limit(
        Quotas.of(Map.of("messages.bytesPerSecond", 100_000L, "messages.slowedSeconds", 0L)));
    long before = node.exceeded("messages.bytesPerSecond");
    try (RawClient client = join(version)) {
      for (int i = 1; i <= 12; i++) {
        client.publish("t", "x".repeat(10_000), Qos.AT_LEAST_ONCE, false, i);
      }
      for (int i = 1; i <= 12; i++) {
        assertThat(told(client)).isEqualTo("PUBACK SUCCESS");
      }
    }
    assertThat(node.exceeded("messages.bytesPerSecond")).isGreaterThan(before);
  }

  @Test
  void aClientThatComesTooOftenKeepsTheConnectionThatItHas() throws IOException {
    node.limit(Quotas.of(Map.of("connect.connections", 1L)));
    try (RawClient first = RawClient.joined(node.port(), Version.V5, "one", true)) {
      try (RawClient second = new RawClient(node.port(), Version.V5)) {
        second.send(RawClient.connect(Version.V5, "two", true, null));
        assertThat(told(second)).isEqualTo("CONNACK QUOTA_EXCEEDED");
      }
      node.limit(Quotas.of(Map.of("connect.connections", 1L, "connect.perClientIdPerSecond", 9L)));
      try (RawClient again = RawClient.joined(node.port(), Version.V5, "one", true)) {
        assertThat(told(first)).as("taken over").isEqualTo("DISCONNECT SESSION_TAKEN_OVER");
        again.publish("t", "x", Qos.AT_LEAST_ONCE, false, 1);
        assertThat(told(again)).isEqualTo("PUBACK SUCCESS");
      }
    }
  }
}
