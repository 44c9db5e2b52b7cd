package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Broken packets from a seed: the decoder and the naive parser take and refuse the same ones. */
class DecoderFuzzTest {
  private static final int LIMIT = 1 << 20;
  private static final boolean LONG = Boolean.getBoolean("thingstead.long");
  private static final int PACKETS = LONG ? 3_300_000 : 33_000;
  private static final int RAW = LONG ? 1_000_000 : 10_000;
  private static final long SEED = Long.getLong("thingstead.seed", 11);

  /** What one of the two made of a packet. */
  private record Outcome(boolean taken, String packet) {
    static final Outcome REFUSED = new Outcome(false, "");
  }

  @ParameterizedTest
  @EnumSource
  void mutatedPacketsAreJudgedAsTheNaiveParserDoes(Version version) {
    SplittableRandom random = new SplittableRandom(SEED + version.level());
    RandomPackets packets = new RandomPackets(17, version);
    byte[] hello = PacketMutator.encoded(packets.connect(), version);
    int taken = 0;
    for (int i = 0; i < PACKETS; i++) {
      boolean connect = random.nextInt(6) == 0;
      byte[] packet =
          PacketMutator.encoded(connect ? packets.connect() : packets.fromClient(), version);
      for (int mutations = random.nextInt(4); mutations > 0; mutations--) {
        packet = PacketMutator.mutated(packet, random);
      }
      packet = random.nextInt(10) == 0 ? packet : PacketMutator.reframed(packet);
      taken += compare(connect ? new byte[0] : hello, packet, random) ? 1 : 0;
    }
    assertThat(taken).isBetween(PACKETS / 5, PACKETS * 4 / 5);
  }

  @Test
  void rawBytesAreJudgedAsTheNaiveParserDoes() {
    SplittableRandom random = new SplittableRandom(SEED + 12);
    byte[] hello = PacketMutator.encoded(new RandomPackets(17, Version.V5).connect(), Version.V5);
    for (int i = 0; i < RAW; i++) {
      byte[] packet = new byte[random.nextInt(2, 40)];
      random.nextBytes(packet);
      packet[1] = (byte) (packet.length - 2);
      compare(random.nextBoolean() ? hello : new byte[0], packet, random);
    }
  }

  /** Whether both took the packet; fails when they differ. */
  private static boolean compare(byte[] hello, byte[] packet, SplittableRandom random) {
    if (!PacketMutator.whole(packet)) {
      return false;
    }
    Outcome expected = naive(hello, packet);
    Outcome found = decoded(hello, packet, random);
    if (!found.equals(expected)) {
      assertThat(found).as("seed %d: %s", SEED, ByteBufUtil.hexDump(packet)).isEqualTo(expected);
    }
    return found.taken();
  }

  private static Outcome naive(byte[] hello, byte[] packet) {
    NaiveParser parser = new NaiveParser();
    try {
      if (hello.length > 0) {
        parser.parse(hello);
      }
      return new Outcome(true, Described.packet(parser.parse(packet)));
    } catch (IOException _) {
      return Outcome.REFUSED;
    }
  }

  /** Fed in two pieces, from a buffer with bytes before and behind. */
  private static Outcome decoded(byte[] hello, byte[] packet, SplittableRandom random) {
    Decoder decoder = new Decoder(LIMIT);
    if (hello.length > 0) {
      decoder.decode(Unpooled.wrappedBuffer(hello));
    }
    ByteBuf buffer =
        random.nextBoolean()
            ? PooledByteBufAllocator.DEFAULT.directBuffer()
            : PooledByteBufAllocator.DEFAULT.heapBuffer();
    try {
      int before = random.nextInt(5);
      int cut = random.nextInt(packet.length);
      buffer.writeZero(before).skipBytes(before).writeBytes(packet, 0, cut);
      assertThat(decoder.decode(buffer)).isNull();
      buffer.writeBytes(packet, cut, packet.length - cut).writeZero(3);
      Packet decoded = Objects.requireNonNull(decoder.decode(buffer));
      assertThat(buffer.readableBytes()).isEqualTo(3);
      return new Outcome(true, Described.packet(decoded));
    } catch (PacketException refused) {
      assertThat(refused.reason().failed()).isTrue();
      assertThat(refused.getMessage()).isNotEmpty();
      return Outcome.REFUSED;
    } finally {
      assertThat(buffer.refCnt()).isEqualTo(1);
      buffer.release();
    }
  }
}
