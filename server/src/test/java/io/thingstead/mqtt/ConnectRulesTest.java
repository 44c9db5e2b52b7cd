package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT and CONNACK as the standards say, in profile {@code mqtt}. */
class ConnectRulesTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.MQTT);

  @Test
  void firstPacketMustBeConnect() throws IOException { // MQTT-3.1.0-1
    RawClient client = server.open(Version.V5);
    client.send(PingReq.INSTANCE);
    client.closed();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void secondConnectIsAProtocolError(Version version) throws IOException { // MQTT-3.1.0-2
    RawClient client = server.join(Dial.of(version, server.name("c")));
    client.send(Dial.of(version, server.name("c")).packet());
    if (version.is5()) {
      client.closedBecause(ReasonCode.PROTOCOL_ERROR);
    } else {
      client.closed();
    }
  }

  @Test
  void unknownProtocolLevelIsAnsweredWithReturnCode1() throws IOException { // MQTT-3.1.2-2
    RawClient client = server.open(Version.V3_1_1);
    client.sendBytes(0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 6, 2, 0, 0, 0, 1, 'a');
    assertThat(client.readBytes(4)).containsExactly(0x20, 2, 0, 1);
    client.closed();
  }

  @Test
  void wrongProtocolNameIsRefused() throws IOException { // MQTT-3.1.2-1
    RawClient client = server.open(Version.V3_1_1);
    client.sendBytes(0x10, 11, 0, 2, 'h', 'j', 4, 2, 0, 0, 0, 1, 'a');
    assertThat(client.readBytes(4)).containsExactly(0x20, 2, 0, 1);
    client.closed();
  }

  @ParameterizedTest
  @ValueSource(ints = {0x03, 0x0A, 0x22, 0x1E, 0x42})
  void reservedOrContradictoryFlagsCloseMqtt3WithoutConnack(int flags)
      throws IOException { // MQTT-3.1.2-3, -11, -12, -13, MQTT-3.1.4-1 of 3.1.1
    RawClient client = server.open(Version.V3_1_1);
    client.sendBytes(0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, flags, 0, 0, 0, 1, 'a');
    client.closed();
  }

  @Test
  void reservedFlagIsMalformedInMqtt5() throws IOException { // MQTT-3.1.2-3, MQTT-3.1.4-1
    RawClient client = server.open(Version.V5);
    client.sendBytes(0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 5, 3, 0, 0, 0, 0, 1, 'a');
    assertThat(((ConnAck) client.read()).reason()).isEqualTo(ReasonCode.MALFORMED_PACKET);
    client.closed();
  }

  @Test
  void fieldsThatTheFlagsPromiseMustBePresent()
      throws IOException { // MQTT-3.1.2-9, -17, -19, MQTT-3.1.3-1, -3
    RawClient client = server.open(Version.V5);
    client.sendBytes(0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 5, 0x82, 0, 0, 0, 0, 1, 'a');
    assertThat(((ConnAck) client.read()).reason()).isEqualTo(ReasonCode.MALFORMED_PACKET);
    client.closed();
  }

  @Test
  void fieldsThatNoFlagPromisesMustBeAbsent() throws IOException { // MQTT-3.1.2-16, -18
    RawClient client = server.open(Version.V5);
    client.sendBytes(0x10, 17, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 0, 0, 0, 1, 'a', 0, 1, 'u');
    assertThat(((ConnAck) client.read()).reason()).isEqualTo(ReasonCode.MALFORMED_PACKET);
    client.closed();
  }

  @Test
  void clientIdMustBeWellFormedUtf8() throws IOException { // MQTT-3.1.3-4, MQTT-1.5.4-1
    RawClient client = server.open(Version.V5);
    client.sendBytes(0x10, 16, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 0, 0, 0, 3, 0xED, 0xA0, 0x80);
    assertThat(((ConnAck) client.read()).reason()).isEqualTo(ReasonCode.MALFORMED_PACKET);
    client.closed();
  }

  @Test
  void cleanStartDiscardsTheSession() throws IOException { // MQTT-3.1.2-4, MQTT-3.2.2-2
    server
        .join(server.five("c").kept().expiry(100))
        .subscribed(server.name("/x"), Qos.AT_MOST_ONCE)
        .lost();
    RawClient clean = server.join(server.five("c").expiry(100));
    assertThat(clean.connAck().sessionPresent()).isFalse();
    clean.published(server.name("/x"), "to nobody", Qos.AT_MOST_ONCE).quiet();
  }

  @Test
  void sessionIsResumedAndSaidToBePresent() throws IOException { // MQTT-3.1.2-5, -6, -23, 3.2.2-3
    RawClient first = server.join(server.five("c").kept().expiry(100));
    assertThat(first.connAck().sessionPresent()).isFalse();
    first.subscribed(server.name("/x"), Qos.AT_MOST_ONCE).send(Disconnect.NORMAL).closed();
    RawClient second = server.join(server.five("c").kept());
    assertThat(second.connAck().sessionPresent()).isTrue();
    second.published(server.name("/x"), "still there", Qos.AT_MOST_ONCE);
    assertThat(second.readText()).isEqualTo("still there");
  }

  @Test
  void sessionOfTheOtherFamilyIsNotResumed() throws IOException {
    server.join(server.three("c").kept()).subscribed(server.name("/x"), Qos.AT_MOST_ONCE).lost();
    assertThat(server.join(server.five("c").kept()).connAck().sessionPresent()).isFalse();
  }

  @Test
  void emptyClientIdGetsOneOfItsOwn() throws IOException { // MQTT-3.1.3-6, -7, MQTT-3.2.2-16
    RawClient one = server.join(Dial.five(""));
    RawClient two = server.join(Dial.five("").kept());
    String first = one.connAck().properties().assignedClientId();
    assertThat(first).isNotEmpty();
    assertThat(two.connAck().properties().assignedClientId()).isNotEmpty().isNotEqualTo(first);
    one.quiet();
    // It may be used as any other.
    server.join(Dial.five(String.valueOf(first)));
    one.closedBecause(ReasonCode.SESSION_TAKEN_OVER);
  }

  @Test
  void emptyClientIdOfMqtt3NeedsCleanSession() throws IOException { // MQTT-3.1.3-8 of 3.1.1
    server.join(Dial.three("")).quiet();
    assertThat(server.refused(Dial.three("").kept()).reason())
        .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
  }

  @Test
  void clientIdsOfAllLettersAndDigitsAndBeyondAreAllowed() throws IOException { // MQTT-3.1.3-5
    server.join(Dial.three("0123456789abcdefghijklm")).quiet();
    server.join(Dial.three("nopqrstuvwxyzABCDEFGHIJ")).quiet();
    server.join(Dial.five("KLMNOPQRSTUVWXYZ")).quiet();
    server.join(Dial.five("$with / # + and ümläuts, " + "x".repeat(1000))).quiet();
  }

  @ParameterizedTest
  @CsvSource({"1, true", "23, true", "24, false", "0, false"})
  void clientIdOfMqtt31Has1To23Characters(int chars, boolean allowed) throws IOException {
    Dial dial = Dial.of(Version.V3_1, "ü".repeat(chars));
    if (allowed) {
      server.join(dial).quiet();
    } else {
      assertThat(server.refused(dial).reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void newerConnectionTakesOver(Version version) throws IOException { // MQTT-3.1.4-3
    RawClient older = server.join(Dial.of(version, server.name("c")));
    RawClient newer = server.join(Dial.of(version, server.name("c")));
    if (version.is5()) {
      older.closedBecause(ReasonCode.SESSION_TAKEN_OVER);
    } else {
      older.closed();
    }
    newer.quiet();
  }

  @Test
  void whatComesBehindARefusedConnectIsNotProcessed() throws IOException { // MQTT-3.1.4-6
    RawClient watcher = server.join(server.five("w"));
    watcher.subscribed(server.name("/t"), Qos.AT_MOST_ONCE);
    RawClient client = server.open(Version.V3_1_1);
    client.send(Dial.three("").kept().packet());
    client.publish(server.name("/t"), "x", Qos.AT_MOST_ONCE, false, 0);
    assertThat(client.read()).isInstanceOf(ConnAck.class);
    client.closed();
    watcher.quiet();
  }

  @Test
  void whatComesBehindAConnectIsProcessedWhenItIsAccepted() throws IOException { // MQTT-3.2.0-1
    RawClient client = server.open(Version.V5);
    client.send(server.five("c").packet());
    client.send(PingReq.INSTANCE);
    assertThat(client.read()).isInstanceOf(ConnAck.class);
    assertThat(client.read()).isEqualTo(PingResp.INSTANCE);
  }

  @Test
  void refusedConnackHasNoSession() throws IOException { // MQTT-3.2.2-6, -7, MQTT-3.14.0-1
    server.join(server.five("c").kept().expiry(100));
    ConnAck no = server.refused(server.five("c").kept().authentication("SCRAM"));
    assertThat(no.sessionPresent()).isFalse();
  }

  @Test
  void enhancedAuthenticationIsRefused() throws IOException { // MQTT-4.12.0-1
    ConnAck no = server.refused(server.five("c").authentication("SCRAM-SHA-1"));
    assertThat(no.reason()).isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
    assertThat(no.properties().authentication()).isNull();
    assertThat(no.properties().explanation().reasonString()).contains("Authentication Method");
  }

  @Test
  void authWithoutAMethodIsAProtocolError() throws IOException { // MQTT-4.12.0-6, -7
    RawClient client = server.join(server.five("c"));
    client.send(
        new Auth(
            ReasonCode.REAUTHENTICATE, new Authentication("SCRAM-SHA-1", null), Explanation.NONE));
    client.closedBecause(ReasonCode.PROTOCOL_ERROR);
  }

  @Test
  void authOfMqtt3IsMalformed() throws IOException {
    RawClient client = server.join(server.three("c"));
    client.sendBytes(0xF0, 0);
    client.closed();
  }

  @Test
  void responseInformationIsNeverGiven() throws IOException { // MQTT-3.1.2-28
    RawClient asks = server.join(server.five("a").asksForResponseInformation());
    assertThat(asks.connAck().properties().responseInformation()).isNull();
    RawClient silent = server.join(server.five("b"));
    assertThat(silent.connAck().properties().responseInformation()).isNull();
  }

  @Test
  void keepAliveIsUsedAsAsked() throws IOException { // MQTT-3.2.2-22
    RawClient client = server.join(server.five("c").keepAlive(7));
    assertThat(client.connAck().properties().serverKeepAliveSeconds()).isNull();
  }

  @Test
  void offerIsTheWholeStandard() throws IOException { // MQTT-3.2.2-9
    ServerOffer offer = server.join(server.five("c")).connAck().properties().offer();
    assertThat(offer)
        .isEqualTo(
            new ServerOffer(100, Qos.EXACTLY_ONCE, true, 268_435_455, 65_535, true, true, true));
  }

  @Test
  void connackWithoutRoomForItsReasonLeavesItOut() throws IOException { // MQTT-3.2.2-19
    ConnAck no = server.refused(server.five("c").authentication("x").packetBytes(20));
    assertThat(no.reason()).isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
    assertThat(no.properties().explanation()).isEqualTo(Explanation.NONE);
  }

  @Test
  void clientWithoutRoomForConnackIsClosed() throws IOException { // MQTT-3.1.2-24
    RawClient client = server.open(Version.V5);
    client.send(server.five("c").packetBytes(6).packet());
    client.closed();
  }

  @Test
  void reasonsAreOnlyGivenToWhoWantsThem() throws IOException { // MQTT-3.1.2-29
    ConnAck no = server.refused(server.five("c").authentication("x").noReasons());
    assertThat(no.properties().explanation()).isEqualTo(Explanation.NONE);
  }

  @Test
  void propertyGivenTwiceIsAProtocolError() throws IOException {
    RawClient client = server.open(Version.V5);
    client.sendBytes(
        0x10, 19, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 0, 6, 0x21, 0, 9, 0x21, 0, 9, 0, 0);
    assertThat(((ConnAck) client.read()).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    client.closed();
  }

  @Test
  void receiveMaximumOf0IsAProtocolError() throws IOException {
    RawClient client = server.open(Version.V5);
    client.sendBytes(0x10, 16, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 0, 3, 0x21, 0, 0, 0, 0);
    assertThat(((ConnAck) client.read()).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    client.closed();
  }
}
