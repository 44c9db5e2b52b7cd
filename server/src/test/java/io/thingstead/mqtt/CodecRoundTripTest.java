package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is encoded comes back the same, alone and through Netty's codec as the other opinion. */
class CodecRoundTripTest {
  private static final int LIMIT = 1 << 20;
  private static final int PACKETS = 1000;

  @ParameterizedTest
  @EnumSource
  void whatIsEncodedIsDecodedTheSame(Version version) {
    RandomPackets packets = new RandomPackets(1, version);
    for (int i = 0; i < PACKETS; i++) {
      assertComesBack(packets.fromClient(), version, serverDecoder(version));
      assertComesBack(packets.fromServer(), version, new Decoder(LIMIT, version));
      assertComesBack(packets.connect(), version, new Decoder(LIMIT));
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsEncodedSurvivesNettysDecoderAndEncoder(Version version) {
    RandomPackets packets = new RandomPackets(2, version);
    EmbeddedChannel netty =
        new EmbeddedChannel(new MqttDecoder(LIMIT, 0xFFFF), MqttEncoder.INSTANCE);
    throughNetty(netty, encoded(connectForNetty(packets), version)).release();
    for (int i = 0; i < PACKETS; i++) {
      assertSurvives(netty, packets.fromClient(), version, serverDecoder(version));
      assertSurvives(netty, packets.fromServer(), version, new Decoder(LIMIT, version));
      assertSurvives(netty, connectForNetty(packets), version, new Decoder(LIMIT));
    }
    assertThat(netty.finish()).isFalse();
  }

  /** Netty refuses to write MQTT 3.1 client identifiers that are not 1 to 23 characters long. */
  private static Connect connectForNetty(RandomPackets packets) {
    while (true) {
      Connect connect = packets.connect();
      int length = connect.clientId().length();
      if (connect.version() != Version.V3_1 || (length >= 1 && length <= 23)) {
        return connect;
      }
    }
  }

  private static void assertSurvives(
      EmbeddedChannel netty, Packet packet, Version version, Decoder decoder) {
    ByteBuf bytes = throughNetty(netty, encoded(packet, version));
    Packet back = Objects.requireNonNull(decoder.decode(bytes));
    assertThat(Described.packet(back)).isEqualTo(Described.packet(packet));
    assertThat(bytes.isReadable()).isFalse();
    bytes.release();
  }

  private static ByteBuf throughNetty(EmbeddedChannel netty, ByteBuf bytes) {
    String hex = ByteBufUtil.hexDump(bytes);
    netty.writeInbound(bytes);
    MqttMessage message = netty.readInbound();
    assertThat(message.decoderResult().isSuccess())
        .as("%s: %s", hex, message.decoderResult())
        .isTrue();
    netty.writeOutbound(message);
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf part = netty.readOutbound(); part != null; part = netty.readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    return all;
  }

  private static void assertComesBack(Packet packet, Version version, Decoder decoder) {
    ByteBuf bytes = encoded(packet, version);
    Packet back = Objects.requireNonNull(decoder.decode(bytes));
    assertThat(Described.packet(back)).isEqualTo(Described.packet(packet));
    assertThat(bytes.isReadable()).isFalse();
    bytes.release();
  }

  private static ByteBuf encoded(Packet packet, Version version) {
    ByteBuf bytes = Unpooled.buffer();
    Encoder.of(version).encode(packet, bytes);
    return bytes;
  }

  /** A server's decoder that has read CONNECT. */
  private static Decoder serverDecoder(Version version) {
    Decoder decoder = new Decoder(LIMIT);
    decoder.decode(encoded(new RandomPackets(3, version).connect(), version));
    return decoder;
  }
}
