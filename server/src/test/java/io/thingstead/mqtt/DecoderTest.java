package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.thingstead.broker.Qos;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule that the decoder keeps, by a packet that breaks only it. */
class DecoderTest {
  private static final String CONNECT_311 = "100c00044d5154540402003c0000";
  private static final String CONNECT_5 = "100d00044d5154540502003c000000";

  private static Decoder connected(int level) {
    Decoder decoder = new Decoder(1000);
    decoder.decode(bytes(level == 5 ? CONNECT_5 : CONNECT_311));
    return decoder;
  }

  private static ByteBuf bytes(String hex) {
    return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
  }

  private static @Nullable PacketException refusal(Decoder decoder, String hex) {
    return catchThrowableOfType(PacketException.class, () -> decoder.decode(bytes(hex)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // version | packet | reason | clause or words of the message
        "4 | 2002 0000                | PROTOCOL_ERROR   | goes the other way",
        "4 | 0000                     | MALFORMED_PACKET | MQTT-2.1.2",
        "4 | f000                     | MALFORMED_PACKET | MQTT-2.1.2",
        "4 | c100                     | MALFORMED_PACKET | MQTT-2.1.3-1",
        "4 | 8006 0001 0001 61 00     | MALFORMED_PACKET | MQTT-2.1.3-1",
        "4 | c0ffffffff01             | MALFORMED_PACKET | MQTT-1.5.5-1",
        "5 | c08000                   | MALFORMED_PACKET | MQTT-1.5.5-1",
        "4 | c001 00                  | MALFORMED_PACKET | follow",
        "4 | 100c00044d5154540402003c0000 | PROTOCOL_ERROR | MQTT-3.1.0-2",
        "4 | 30ffff7f                 | PACKET_TOO_LARGE | the limit is 1000",
        "4 | 3603 0001 61             | MALFORMED_PACKET | MQTT-3.3.1-4",
        "4 | 3803 0001 61             | MALFORMED_PACKET | MQTT-3.3.1-2",
        "4 | 3002 0000                | MALFORMED_PACKET | MQTT-4.7.3-1",
        "5 | 3003 0000 00             | PROTOCOL_ERROR   | neither topic name nor topic alias",
        "4 | 3003 0001 23             | TOPIC_NAME_INVALID | MQTT-3.3.2-2",
        "4 | 3003 0001 2b             | TOPIC_NAME_INVALID | MQTT-3.3.2-2",
        "4 | 3003 0001 00             | MALFORMED_PACKET | MQTT-1.5.4-2",
        "4 | 3005 0003 eda080         | MALFORMED_PACKET | MQTT-1.5.4-1",
        "4 | 3003 0002 61             | MALFORMED_PACKET | ends inside its topic name",
        "4 | 3205 0001 61 0000        | PROTOCOL_ERROR   | MQTT-2.2.1-3",
        "4 | 3204 0001 61 00          | MALFORMED_PACKET | ends inside its packet identifier",
        "5 | 3007 0001 61 03 230000   | TOPIC_ALIAS_INVALID | MQTT-3.3.2-8",
        "5 | 3006 0001 61 02 0b01     | PROTOCOL_ERROR   | MQTT-3.3.4-6",
        "5 | 3006 0001 61 02 0102     | PROTOCOL_ERROR   | must be 0 or 1",
        "5 | 3008 0001 61 04 01000100 | PROTOCOL_ERROR   | given twice",
        "5 | 3006 0001 61 02 1700     | MALFORMED_PACKET | does not belong",
        "5 | 3006 0001 61 02 7f00     | MALFORMED_PACKET | does not belong",
        "5 | 3008 0001 61 04 08000123 | TOPIC_NAME_INVALID | MQTT-3.3.2-2",
        "5 | 3005 0001 61 02 00       | MALFORMED_PACKET | ends inside its properties",
        "5 | 3005 0001 61 01 02       | MALFORMED_PACKET | Message Expiry Interval",
        "4 | 4002 0000                | PROTOCOL_ERROR   | MQTT-2.2.1-3",
        "4 | 4003 0001 00             | MALFORMED_PACKET | follow",
        "5 | 4003 0001 01             | PROTOCOL_ERROR   | GRANTED_QOS_1 does not belong",
        "5 | 4003 0001 7f             | MALFORMED_PACKET | is no reason code",
        "5 | 6203 0001 87             | PROTOCOL_ERROR   | NOT_AUTHORIZED does not belong",
        "4 | 8202 0001                | PROTOCOL_ERROR   | MQTT-3.8.3-2",
        "4 | 8205 0001 0000 00        | TOPIC_FILTER_INVALID | MQTT-4.7.3-1",
        "4 | 8206 0001 0001 61 03     | MALFORMED_PACKET | QoS 3",
        "4 | 8206 0001 0001 61 04     | MALFORMED_PACKET | MQTT-3.8.3-5",
        "5 | 8207 0001 00 0001 61 40  | MALFORMED_PACKET | MQTT-3.8.3-5",
        "5 | 8207 0001 00 0001 61 30  | PROTOCOL_ERROR   | Retain Handling is 3",
        "5 | 820f 0001 00 0009 2473686172652f612f 04 | PROTOCOL_ERROR | MQTT-3.8.3-4",
        "5 | 8209 0001 02 0b00 0001 61 00 | PROTOCOL_ERROR | Subscription Identifier must not be 0",
        "5 | 820b 0001 04 0b010b02 0001 61 00 | PROTOCOL_ERROR | given twice",
        "4 | a202 0001                | PROTOCOL_ERROR   | MQTT-3.10.3-2",
        "4 | e001 00                  | MALFORMED_PACKET | follow",
        "5 | e001 8e                  | PROTOCOL_ERROR   | SESSION_TAKEN_OVER does not belong",
        "5 | e006 00 04 1c000161      | PROTOCOL_ERROR   | Server Reference",
        "5 | f002 18 00               | PROTOCOL_ERROR   | Authentication Method",
      })
  void brokenRuleIsRefusedWithItsReason(int level, String hex, ReasonCode reason, String words) {
    PacketException refused = Objects.requireNonNull(refusal(connected(level), hex));
    assertThat(refused.reason()).isEqualTo(reason);
    assertThat(refused.getMessage()).contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "c000                               | PROTOCOL_ERROR   | MQTT-3.1.0-1",
        "3003 0001 61                       | PROTOCOL_ERROR   | MQTT-3.1.0-1",
        "100c 00044d515458 04 02 003c 0000  | UNSUPPORTED_PROTOCOL_VERSION | MQTT-3.1.2-2",
        "100c 00044d515454 06 02 003c 0000  | UNSUPPORTED_PROTOCOL_VERSION | version 6",
        "100c 00044d515454 04 03 003c 0000  | MALFORMED_PACKET | MQTT-3.1.2-3",
        "100c 00044d515454 04 0a 003c 0000  | MALFORMED_PACKET | MQTT-3.1.2-11",
        "100c 00044d515454 04 22 003c 0000  | MALFORMED_PACKET | MQTT-3.1.2-13",
        "100c 00044d515454 04 1e 003c 0000  | MALFORMED_PACKET | MQTT-3.1.2-12",
        "1010 00044d515454 04 42 003c 0000 0002 6161 | MALFORMED_PACKET | MQTT-3.1.2-22",
        "1011 00044d515454 04 06 003c 0000 0001 23 0000 | TOPIC_NAME_INVALID | will topic",
        "1010 00044d515454 04 06 003c 0000 0000 0000 | TOPIC_NAME_INVALID | MQTT-4.7.3-1",
        "100d 00044d515454 04 02 003c 0000 00 | MALFORMED_PACKET | follow",
        "1010 00044d515454 05 02 003c 03 210000 0000 | PROTOCOL_ERROR | Receive Maximum",
        "1012 00044d515454 05 02 003c 05 2700000000 0000 | PROTOCOL_ERROR | Maximum Packet Size",
        "1011 00044d515454 05 02 003c 04 16000161 0000 | PROTOCOL_ERROR | Authentication Data",
      })
  void brokenConnectIsRefusedWithItsReason(String hex, ReasonCode reason, String words) {
    PacketException refused = Objects.requireNonNull(refusal(new Decoder(1000), hex));
    assertThat(refused.reason()).isEqualTo(reason);
    assertThat(refused.getMessage()).contains(words);
  }

  @Test
  void versionIsKnownFromABrokenConnect() {
    Decoder decoder = new Decoder(1000);
    assertThat(refusal(decoder, "100d 00044d515454 05 03 003c 00 0000")).isNotNull();
    assertThat(decoder.version()).isEqualTo(Version.V5);
  }

  @Test
  void refusesAFirstByteBeforeTheRestArrives() {
    assertThat(refusal(new Decoder(1000), "30")).isNotNull();
    assertThat(refusal(connected(4), "c1")).isNotNull();
  }

  @Test
  void tooLargeAPacketIsRefusedBeforeItsBodyArrives() {
    ByteBuf header = bytes("30e907");
    PacketException refused =
        catchThrowableOfType(PacketException.class, () -> connected(4).decode(header));
    assertThat(refused.reason()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
    ByteBuf largest = Unpooled.buffer().writeBytes(bytes("30e507 0001 61")).writeZero(994);
    assertThat(connected(4).decode(largest)).isInstanceOf(Publish.class);
  }

  @Test
  void everyPrefixOfAPacketNeedsMore() {
    ByteBuf whole = bytes("3207 0001 61 0001 6869");
    Decoder decoder = connected(4);
    for (int length = 0; length < whole.readableBytes(); length++) {
      ByteBuf prefix = whole.slice(0, length);
      assertThat(decoder.decode(prefix)).isNull();
      assertThat(prefix.readerIndex()).isZero();
    }
    assertThat(decoder.decode(whole)).isInstanceOf(Publish.class);
  }

  @Test
  void publishIsAViewOfTheBuffer() {
    ByteBuf buffer = bytes("c000 3b0a 0003 612f62 0007 686579");
    Decoder decoder = connected(4);
    assertThat(decoder.decode(buffer)).isEqualTo(PingReq.INSTANCE);
    Publish publish = (Publish) Objects.requireNonNull(decoder.decode(buffer));
    assertThat(publish.topic()).isEqualTo("a/b");
    assertThat(publish.topicByte(1)).isEqualTo((byte) '/');
    assertThat(publish.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
    assertThat(publish.dup()).isTrue();
    assertThat(publish.retain()).isTrue();
    assertThat(publish.packetId()).isEqualTo(7);
    assertThat(ByteBufUtil.hexDump(publish.payload())).isEqualTo("686579");
    buffer.setByte(buffer.writerIndex() - 1, 'x');
    assertThat(ByteBufUtil.hexDump(publish.payload())).isEqualTo("686578");
    assertThat(buffer.refCnt()).isEqualTo(1);
  }

  @Test
  void reservedLengthBytesOfOldClientsAreTaken() {
    assertThat(connected(4).decode(bytes("c08000"))).isEqualTo(PingReq.INSTANCE);
  }
}
