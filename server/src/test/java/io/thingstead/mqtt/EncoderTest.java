package io.thingstead.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.thingstead.broker.Qos;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes as the standards print them. */
class EncoderTest {
  private static final Encoder V3 = Encoder.of(Version.V3_1_1);
  private static final Encoder V5 = Encoder.of(Version.V5);
  private final ByteBuf out = Unpooled.buffer();

  private String written() {
    String hex = ByteBufUtil.hexDump(out);
    out.clear();
    return hex;
  }

  private String encoded(Encoder encoder, Packet packet) {
    encoder.encode(packet, out);
    return written();
  }

  @Test
  void shortAnswers() {
    V5.pubAck(out, 0xABCD);
    V5.pubRec(out, 1);
    V5.pubRel(out, 2);
    V5.pubComp(out, 3);
    V5.pingResp(out);
    assertThat(written()).isEqualTo("4002abcd" + "50020001" + "62020002" + "70020003" + "d000");
  }

  @Test
  void reasonsAreLeftOutInMqtt3() {
    PubAck refused = new PubAck(5, ReasonCode.NOT_AUTHORIZED, Explanation.of("no"));
    assertThat(encoded(V3, refused)).isEqualTo("40020005");
    assertThat(encoded(V5, refused)).isEqualTo("4009" + "0005" + "87" + "05" + "1f00026e6f");
    PubAck bare = new PubAck(5, ReasonCode.NOT_AUTHORIZED, Explanation.NONE);
    assertThat(encoded(V5, bare)).isEqualTo("4003" + "0005" + "87");
  }

  @Test
  void refusedConnectHasTheNearestReturnCode() {
    ConnAck refused = new ConnAck(false, ReasonCode.NOT_AUTHORIZED, ConnAckProperties.NONE);
    assertThat(encoded(V3, refused)).isEqualTo("20020005");
    assertThat(encoded(V5, refused)).isEqualTo("2003008700");
  }

  @Test
  void sessionPresentIsReservedInMqtt31() {
    ConnAck present = new ConnAck(true, ReasonCode.SUCCESS, ConnAckProperties.NONE);
    assertThat(encoded(Encoder.of(Version.V3_1), present)).isEqualTo("20020000");
    assertThat(encoded(V3, present)).isEqualTo("20020100");
  }

  @Test
  void failedSubscriptionsAre128InMqtt3() {
    SubAck ack =
        new SubAck(
            1, List.of(ReasonCode.GRANTED_QOS_1, ReasonCode.NOT_AUTHORIZED), Explanation.NONE);
    assertThat(encoded(V3, ack)).isEqualTo("900400010180");
    assertThat(encoded(V5, ack)).isEqualTo("90050001000187");
  }

  @Test
  void publishCopiesThePayloadAndLeavesItsIndexAlone() {
    ByteBuf payload = Unpooled.copiedBuffer("xhi", UTF_8).skipBytes(1);
    V3.publish(
        out,
        "a/b".getBytes(UTF_8),
        payload,
        Qos.AT_LEAST_ONCE,
        true,
        true,
        10,
        PublishProperties.NONE);
    assertThat(written()).isEqualTo("3b09" + "0003612f62" + "000a" + "6869");
    assertThat(payload.readerIndex()).isEqualTo(1);
  }

  @Test
  void lengthsGrowAtTheStandardsBorders() {
    for (int[] border :
        new int[][] {{127, 1}, {128, 2}, {16_383, 2}, {16_384, 3}, {2_097_152, 4}}) {
      V3.publishHead(
          out,
          new byte[] {'a'},
          border[0] - 3,
          Qos.AT_MOST_ONCE,
          false,
          false,
          0,
          PublishProperties.NONE);
      assertThat(out.readableBytes()).isEqualTo(1 + border[1] + 3);
      out.clear();
    }
  }

  @Test
  void stringsTooLongForMqttAreRefused() {
    Unsubscribe packet = new Unsubscribe(1, List.of("x".repeat(65_536)), List.of());
    assertThatThrownBy(() -> V3.encode(packet, out))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65535");
    assertThat(out.readableBytes()).isZero();
  }

  @Test
  void passwordsAreNotShown() {
    Connect connect =
        new Connect(
            Version.V5, true, 0, "c", null, "u", "secret".getBytes(UTF_8), ConnectProperties.NONE);
    assertThat(connect.toString()).contains("c").doesNotContain("secret");
  }
}
