package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import io.thingstead.mqtt.Subscribe.RetainHandling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where two rules of the standards meet. By the test's clock. */
class CornerRulesTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.MQTT);

  private static PublishProperties expiry(long seconds) {
    return new PublishProperties(seconds, 0, List.of(), MessageProperties.NONE);
  }

  private static SubscribeProperties id(int id) {
    return new SubscribeProperties(id, List.of());
  }

  private static RawClient resubscriber(Qos qos) throws IOException {
    return server.join(server.five("s").kept().expiry(1000)).subscribed(server.name("/t"), qos);
  }

  // Retained messages.

  @Test
  void nothingRetainedComesBehindUnsuback() throws IOException { // MQTT-3.10.4-2
    RawClient publisher = server.join(server.five("p"));
    int many = 3_000;
    for (int i = 0; i < many; i++) {
      publisher.publish(server.name("/many/" + i), "x", Qos.AT_MOST_ONCE, true, 0);
    }
    publisher.quiet();
    RawClient client = server.join(server.five("c"));
    String filter = server.name("/many/#");
    client.subscribe(filter, Qos.AT_MOST_ONCE);
    client.send(new Unsubscribe(2, List.of(filter), List.of()));
    int got = 0;
    for (Packet packet = client.read(); !(packet instanceof UnsubAck); packet = client.read()) {
      got += packet instanceof Publish ? 1 : 0;
    }
    client.quiet();
    server.pass(1);
    client.quiet();
    assertThat(got).isLessThan(many);
    for (int i = 0; i < many; i++) {
      publisher.publish(server.name("/many/" + i), "", Qos.AT_MOST_ONCE, true, 0);
    }
    publisher.quiet();
  }

  @Test
  void retainedMessagesOfAKeptSessionGoOnWhenItsClientIsBack() throws IOException {
    RawClient publisher = server.join(server.five("p"));
    int many = 300;
    for (int i = 0; i < many; i++) {
      publisher.published(
          server.name("/kept/" + i), "" + i, Qos.AT_LEAST_ONCE, true, PublishProperties.NONE);
    }
    Dial dial = server.five("c").kept().expiry(1000).receiveMaximum(10);
    RawClient client = server.join(dial);
    client.subscribed(server.name("/kept/#"), Qos.AT_LEAST_ONCE);
    Set<String> got = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      got.add(RawClient.text(client.taken()));
    }
    client.lost();
    RawClient back = server.join(dial);
    assertThat(back.connAck().sessionPresent()).isTrue();
    while (got.size() < many) {
      got.add(RawClient.text(back.taken()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // own message, No Local, Retain As Published, Retain Handling; live copies, their RETAIN,
    // then after subscribing again: retained copies
    "true, false, false, SEND, 1, false, 1",
    "true, false, true, SEND, 1, true, 1",
    "true, true, false, SEND, 0, false, 1",
    "true, true, true, SEND_IF_NEW, 0, false, 0",
    "true, false, true, SEND_IF_NEW, 1, true, 0",
    "true, false, false, DO_NOT_SEND, 1, false, 0",
    "false, true, false, SEND, 1, false, 1",
    "false, true, true, SEND, 1, true, 1",
    "false, true, true, DO_NOT_SEND, 1, true, 0",
    "false, false, false, SEND_IF_NEW, 1, false, 0",
  })
  void optionsOfSubscriptionsMeetRetainedMessages(
      boolean own,
      boolean noLocal,
      boolean asPublished,
      RetainHandling handling,
      int live,
      boolean flag,
      int again)
      throws IOException {
    for (Qos qos : Qos.values()) {
      for (boolean kept : new boolean[] {false, true}) {
        String topic = server.name("/o/" + qos + kept + own + noLocal + asPublished + handling);
        Dial dial = Dial.five(topic).expiry(kept ? 100 : 0);
        RawClient client = server.join(dial);
        Subscribe.Request request =
            new Subscribe.Request(topic, qos, noLocal, asPublished, handling);
        client.subscribed(request);
        RawClient publisher =
            own ? client : server.join(Dial.five(topic + "p").expiry(kept ? 9 : 0));
        List<Publish> got = new ArrayList<>();
        publish(publisher, topic, qos, own ? live : 0, got);
        for (int i = 0; !own && i < live; i++) {
          got.add(client.taken());
        }
        assertThat(got).as("live, %s", topic).hasSize(live);
        got.forEach(message -> assertThat(message.retain()).as(topic).isEqualTo(flag));
        client.subscribed(request);
        for (int i = 0; i < again; i++) {
          Publish retained = client.taken();
          assertThat(retained.retain()).isTrue();
          assertThat(retained.qos()).isEqualTo(qos);
        }
        client.quiet();
        client.send(Disconnect.NORMAL).closed();
      }
    }
  }

  /** Publishes retained, and completes that and what comes meanwhile. */
  private static void publish(
      RawClient client, String topic, Qos qos, int expected, List<Publish> got) throws IOException {
    client.publish(topic, "r", qos, true, qos == Qos.AT_MOST_ONCE ? 0 : 77);
    boolean done = qos == Qos.AT_MOST_ONCE;
    int open = 0;
    while (!done || got.size() < expected || open > 0) {
      switch (client.read()) {
        case Publish message -> {
          got.add(message);
          switch (message.qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE ->
                client.send(new PubAck(message.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
            case EXACTLY_ONCE -> {
              open++;
              client.send(new PubRec(message.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
            }
          }
        }
        case PubAck _, PubComp _ -> done = true;
        case PubRec rec ->
            client.send(new PubRel(rec.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
        case PubRel rel -> {
          open--;
          client.send(new PubComp(rel.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
        }
        case Packet other -> throw new AssertionError("unexpected: " + other);
      }
    }
  }

  @Test
  void retainedMessageTellsWhatIsLeftOfItsExpiryAlsoAfterARestart() throws IOException {
    RawClient publisher = server.join(server.five("p"));
    String topic = server.name("/r");
    publisher.published(topic, "x", Qos.AT_LEAST_ONCE, true, expiry(100));
    server.pass(30);
    server.restart();
    server.pass(10);
    RawClient client = server.join(server.five("c")).subscribed(topic, Qos.AT_LEAST_ONCE);
    assertThat(client.taken().properties().expirySeconds()).isBetween(59L, 60L);
    server.pass(61);
    client.subscribed(topic, Qos.AT_LEAST_ONCE).quiet();
  }

  @Test
  void willWithoutPayloadRemovesWhatIsRetained() throws IOException {
    RawClient publisher = server.join(server.five("p"));
    String topic = server.name("/w");
    publisher.published(topic, "x", Qos.AT_LEAST_ONCE, true, PublishProperties.NONE);
    Will will =
        new Will(topic, new byte[0], Qos.AT_LEAST_ONCE, true, 0, -1, MessageProperties.NONE);
    server.join(server.five("c").will(will)).lost();
    server.join(server.five("d")).subscribed(topic, Qos.AT_LEAST_ONCE).quiet();
  }

  @Test
  void expiryOf0IsForThoseWhoAreThere() throws IOException {
    RawClient here = server.join(server.five("h")).subscribed(server.name("/t"), Qos.AT_LEAST_ONCE);
    resubscriber(Qos.AT_LEAST_ONCE).send(Disconnect.NORMAL).closed();
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/t"), "now", Qos.AT_LEAST_ONCE, false, expiry(0));
    assertThat(here.taken().properties().expirySeconds()).isZero();
    server.join(server.five("s").kept().expiry(1000)).quiet();
  }

  // Expiry over queue and restart.

  @ParameterizedTest
  @EnumSource(names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
  void expiryGoesOnInTheQueueAndOverARestart(Qos qos) throws IOException {
    resubscriber(qos).send(Disconnect.NORMAL).closed();
    RawClient publisher = server.join(server.five("p"));
    publisher.published(server.name("/t"), "short", qos, false, expiry(20));
    publisher.published(server.name("/t"), "long", qos, false, expiry(100));
    server.pass(15);
    server.restart();
    server.pass(10);
    RawClient back = server.join(server.five("s").kept().expiry(1000));
    Publish only = back.taken();
    assertThat(RawClient.text(only)).isEqualTo("long");
    assertThat(only.properties().expirySeconds()).isBetween(74L, 75L);
    back.quiet();
  }

  // Sessions.

  @Test
  void receiveMaximumMayShrinkOverAReconnectInTheMidstOfQos2() throws IOException {
    Dial dial = server.five("s").kept().expiry(1000);
    RawClient client = server.join(dial.receiveMaximum(10));
    client.subscribed(server.name("/t"), Qos.EXACTLY_ONCE);
    RawClient publisher = server.join(server.five("p"));
    for (int i = 0; i < 8; i++) {
      publisher.published(server.name("/t"), "" + i, Qos.EXACTLY_ONCE);
    }
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ids.add(client.message().packetId());
    }
    // The first three are received, of which one is released.
    for (int i = 0; i < 3; i++) {
      client.send(new PubRec(ids.get(i), ReasonCode.SUCCESS, Explanation.NONE));
      assertThat(((PubRel) client.read()).packetId()).isEqualTo(ids.get(i));
    }
    client.send(new PubComp(ids.getFirst(), ReasonCode.SUCCESS, Explanation.NONE));
    client.quiet();
    client.lost();
    RawClient back = server.join(dial.receiveMaximum(1));
    List<Integer> released = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    // It never has more than one open, counted as the standard counts: from PUBLISH to PUBCOMP.
    while (released.size() < 2 || texts.size() < 5) {
      switch (back.read()) {
        case PubRel rel -> {
          released.add(rel.packetId());
          back.send(new PubComp(rel.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
        }
        case Publish message -> {
          assertThat(message.dup()).isTrue();
          texts.add(RawClient.text(message));
          back.quiet();
          back.send(new PubRec(message.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
          assertThat(((PubRel) back.read()).packetId()).isEqualTo(message.packetId());
          back.send(new PubComp(message.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
        }
        case Packet other -> throw new AssertionError("unexpected: " + other);
      }
    }
    assertThat(released).containsExactly(ids.get(1), ids.get(2));
    assertThat(texts).containsExactly("3", "4", "5", "6", "7");
    back.quiet();
  }

  @Test
  void sessionThatEndsWithADisconnectPublishesItsDelayedWillAtOnce() throws IOException {
    RawClient watcher =
        server.join(server.five("w")).subscribed(server.name("/will"), Qos.AT_LEAST_ONCE);
    Will will = Dial.will(server.name("/will"), "gone", 1000);
    RawClient client = server.join(server.five("c").kept().expiry(500).will(will));
    client.send(new Disconnect(ReasonCode.DISCONNECT_WITH_WILL, 0L, null, Explanation.NONE));
    client.closed();
    assertThat(RawClient.text(watcher.taken())).isEqualTo("gone");
  }

  @Test
  void disconnectWithWillWaitsForTheDelayThatTheNewExpiryAllows() throws IOException {
    RawClient watcher =
        server.join(server.five("w")).subscribed(server.name("/will"), Qos.AT_LEAST_ONCE);
    Will will = Dial.will(server.name("/will"), "gone", 1000);
    RawClient client = server.join(server.five("c").kept().expiry(500).will(will));
    client.send(new Disconnect(ReasonCode.DISCONNECT_WITH_WILL, 50L, null, Explanation.NONE));
    client.closed();
    server.pass(45);
    watcher.quiet();
    server.pass(7);
    assertThat(RawClient.text(watcher.taken())).isEqualTo("gone");
  }

  @Test
  void newConnectionsWillReplacesTheOneThatWaits() throws IOException { // MQTT-3.1.3-9
    RawClient watcher =
        server.join(server.five("w")).subscribed(server.name("/will"), Qos.AT_LEAST_ONCE);
    Dial dial = server.five("c").kept().expiry(500);
    server.join(dial.will(Dial.will(server.name("/will"), "first", 60))).lost();
    server.pass(30);
    RawClient second = server.join(dial.will(Dial.will(server.name("/will"), "second", 60)));
    server.pass(40);
    watcher.quiet();
    second.lost();
    server.pass(62);
    assertThat(RawClient.text(watcher.taken())).isEqualTo("second");
    watcher.quiet();
  }

  @Test
  void takeOverByAConnectionWithoutAWillWithdrawsADelayedOneAndPublishesOneWithout()
      throws IOException {
    RawClient watcher =
        server.join(server.five("w")).subscribed(server.name("/#"), Qos.AT_LEAST_ONCE);
    Dial dial = server.five("c").kept().expiry(500);
    server.join(dial.will(Dial.will(server.name("/delayed"), "x", 60)));
    RawClient second = server.join(dial.will(Dial.will(server.name("/at-once"), "x", 0)));
    watcher.quiet();
    server.join(server.five("c").kept().expiry(500));
    assertThat(watcher.taken().topic()).isEqualTo(server.name("/at-once"));
    server.pass(100);
    watcher.quiet();
    second.closedBecause(ReasonCode.SESSION_TAKEN_OVER);
  }

  // Shared subscriptions.

  @Test
  void groupGoesOnAsMembersComeAndGoEachAtItsQos() throws IOException {
    String filter = "$share/g/" + server.name("/t");
    RawClient publisher = server.join(server.five("p"));
    RawClient kept = server.join(server.five("a").kept().expiry(100));
    kept.subscribed(filter, Qos.EXACTLY_ONCE);
    kept.send(Disconnect.NORMAL).closed();
    for (int i = 0; i < 10; i++) {
      publisher.published(server.name("/t"), "" + i, Qos.EXACTLY_ONCE);
    }
    // Who joins takes over what waits, at its own QoS.
    RawClient low = server.join(server.five("b")).subscribed(filter, Qos.AT_MOST_ONCE);
    for (int i = 0; i < 10; i++) {
      Publish message = low.message();
      assertThat(message.qos()).isEqualTo(Qos.AT_MOST_ONCE);
      assertThat(RawClient.text(message)).isEqualTo("" + i);
    }
    low.send(new Unsubscribe(2, List.of(filter), List.of()));
    assertThat(low.read()).isInstanceOf(UnsubAck.class);
    publisher.published(server.name("/t"), "last", Qos.AT_LEAST_ONCE);
    low.quiet();
    RawClient back = server.join(server.five("a").kept().expiry(100));
    assertThat(RawClient.text(back.taken())).isEqualTo("last");
    back.quiet();
  }

  @Test
  void wildcardsInsideAGroupAreWildcardsAndInItsNameAreRefused() throws IOException {
    RawClient client = server.join(server.five("c"));
    client.subscribed("$share/g/" + server.name("/+/x/#"), Qos.AT_LEAST_ONCE);
    client.published(server.name("//x"), "1", Qos.AT_MOST_ONCE);
    assertThat(client.taken().topic()).isEqualTo(server.name("//x"));
    for (String filter : List.of("$share/+/a", "$share/#", "$share/g#/a", "$share/a")) {
      client.send(
          new Subscribe(
              9, List.of(RawClient.filter(filter, Qos.AT_MOST_ONCE)), SubscribeProperties.NONE));
      assertThat(((SubAck) client.read()).reasons())
          .as(filter)
          .containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
    }
  }

  // Names.

  @ParameterizedTest
  @CsvSource({
    "//, //, true",
    "+/+/+, //, true",
    "/+/, //, true",
    "#, //, true",
    "+, a/, false",
    "+/, a/, true",
    "//#, /, true",
    "//#, //a, true",
    "/#, //, true",
    "a/+/#, a/, true",
    "a/+/#, a, false",
  })
  void emptyLevelsAreLevels(String filter, String topic, boolean matches) throws IOException {
    String begin = server.name("");
    RawClient client = server.join(server.five("c"));
    client.subscribed(begin + "/" + filter, Qos.AT_MOST_ONCE);
    client.published(begin + "/" + topic, "x", Qos.AT_MOST_ONCE);
    if (matches) {
      assertThat(client.message().topic()).isEqualTo(begin + "/" + topic);
    }
    client.quiet();
  }

  /** What UTF-8 can say, but for surrogates and U+0000, is a name. */
  @ParameterizedTest
  @ValueSource(
      strings = {"\uFEFF", "\uFFFE", "\uFFFF", "\u0001", "\u007F", "\u0085", "\uDBFF\uDFFF"})
  void oddCharactersTravel(String odd) throws IOException {
    String topic = server.name("/" + odd);
    RawClient client = server.join(Dial.five(topic)).subscribed(topic, Qos.AT_LEAST_ONCE);
    client.publish(topic, odd, Qos.AT_MOST_ONCE, false, 0);
    Publish got = client.taken();
    assertThat(got.topic()).isEqualTo(topic);
    assertThat(got.payload().toString(StandardCharsets.UTF_8)).isEqualTo(odd);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ED A0 80", "ED BF BF", "C0 80", "F4 90 80 80", "F8 88 80 80 80", "00"})
  void whatIsNoTextEndsTheConnectionWherever(String hex) throws IOException {
    byte[] bad = java.util.HexFormat.ofDelimiter(" ").parseHex(hex);
    for (int first : new int[] {0x82, 0xA2}) {
      RawClient client = server.join(server.five("c" + first));
      int[] packet = new int[2 + 3 + 2 + bad.length + (first == 0x82 ? 1 : 0)];
      packet[0] = first;
      packet[1] = packet.length - 2;
      packet[3] = 1;
      packet[6] = bad.length;
      for (int i = 0; i < bad.length; i++) {
        packet[7 + i] = bad[i];
      }
      client.sendBytes(packet);
      client.closedBecause(ReasonCode.MALFORMED_PACKET);
    }
  }

  // Identifiers.

  @Test
  void identifiersOfOverlappingFiltersComeAlsoToAQueueAndChangeWithTheSubscription()
      throws IOException {
    RawClient client = server.join(server.five("s").kept().expiry(1000));
    String begin = server.name("");
    for (int i = 1; i <= 3; i++) {
      String filter = begin + List.of("/a/b", "/+/b", "/#").get(i - 1);
      client.subscribed(id(i), RawClient.filter(filter, Qos.of(i - 1)));
    }
    client.subscribed(id(0xFFF_FFFF), RawClient.filter(begin + "/#", Qos.AT_LEAST_ONCE));
    client.subscribed(SubscribeProperties.NONE, RawClient.filter(begin + "/+/b", Qos.of(2)));
    client.send(Disconnect.NORMAL).closed();
    RawClient publisher = server.join(server.five("p"));
    publisher.published(begin + "/a/b", "x", Qos.EXACTLY_ONCE);
    server.restart();
    RawClient back = server.join(server.five("s").kept().expiry(1000));
    Publish got = back.taken();
    assertThat(got.qos()).isEqualTo(Qos.EXACTLY_ONCE);
    assertThat(got.properties().subscriptionIdentifiers()).containsExactlyInAnyOrder(1, 0xFFF_FFFF);
    back.quiet();
  }

  @Test
  void packetIdIsFreeForAnotherMessageOnceItsExchangeIsOver() throws IOException {
    RawClient client = server.join(server.five("c"));
    for (int round = 0; round < 3; round++) {
      client.publish(server.name("/t"), "x", Qos.EXACTLY_ONCE, false, 7);
      assertThat(client.read()).isInstanceOf(PubRec.class);
      // A subscription may use the same number at that time.
      client.send(
          new Subscribe(
              7,
              List.of(RawClient.filter(server.name("/u"), Qos.AT_MOST_ONCE)),
              SubscribeProperties.NONE));
      assertThat(client.read()).isInstanceOf(SubAck.class);
      client.send(new PubRel(7, ReasonCode.SUCCESS, Explanation.NONE));
      assertThat(client.read()).isEqualTo(new PubComp(7, ReasonCode.SUCCESS, Explanation.NONE));
    }
  }

  @Test
  void longestKeepAliveCounts() throws IOException {
    RawClient client = server.join(server.five("c").keepAlive(65_535));
    server.pass(98_000);
    client.quiet();
    server.pass(98_400);
    client.closedBecause(ReasonCode.KEEP_ALIVE_TIMEOUT);
  }

  @Test
  void willAndRetainedMessageTooLargeForTheirReceiverAreLeftOut() throws IOException {
    String large = "x".repeat(500);
    RawClient publisher = server.join(server.five("p"));
    publisher.published(
        server.name("/r/1"), large, Qos.AT_LEAST_ONCE, true, PublishProperties.NONE);
    publisher.published(
        server.name("/r/2"), "small", Qos.AT_LEAST_ONCE, true, PublishProperties.NONE);
    for (boolean kept : new boolean[] {false, true}) {
      RawClient client =
          server.join(server.five("c" + kept).packetBytes(300).expiry(kept ? 100 : 0));
      client.subscribed(server.name("/r/#"), Qos.AT_LEAST_ONCE);
      assertThat(RawClient.text(client.taken())).isEqualTo("small");
      client.subscribed(server.name("/w"), Qos.AT_LEAST_ONCE);
      server.join(server.five("l").will(Dial.will(server.name("/w"), large, 0))).lost();
      server.join(server.five("l").will(Dial.will(server.name("/w"), "short", 0))).lost();
      assertThat(RawClient.text(client.taken())).isEqualTo("short");
      client.quiet();
    }
  }

  /**
   * Packets arrive cut anywhere, and what is left of one must not be moved over another's payload.
   */
  @ParameterizedTest
  @ValueSource(ints = {5_000, 30_000, 70_001})
  void largePayloadsThatComeInARunArriveAsTheyWere(int size) throws IOException {
    int count = 350_000 / size;
    RawClient client =
        server.join(server.five("c")).subscribed(server.name("/t"), Qos.AT_MOST_ONCE);
    RawClient publisher = server.join(server.five("p"));
    for (int round = 0; round < 5; round++) {
      ByteBuf all = Unpooled.buffer();
      for (int i = 0; i < count; i++) {
        byte[] name = server.name("/t").getBytes(StandardCharsets.UTF_8);
        byte[] payload = payload(size, i).getBytes(StandardCharsets.US_ASCII);
        ByteBuf both = Unpooled.wrappedBuffer(name, payload);
        Encoder.of(Version.V5)
            .encode(
                new Publish(both, 0, name.length, name.length, size, 0, 0, PublishProperties.NONE),
                all);
      }
      publisher.sendAll(all);
      for (int i = 0; i < count; i++) {
        assertThat(RawClient.text(client.message())).isEqualTo(payload(size, i));
      }
    }
  }

  private static String payload(int size, int number) {
    return String.valueOf((char) ('a' + number % 26)).repeat(size);
  }
}
