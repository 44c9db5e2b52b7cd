package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.thingstead.model.Profile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Streams of good, broken and random packets, cut anywhere, into a broker's port. What the naive
 * parser refuses ends the connection; what it takes may end it by a rule of the protocol, but never
 * in silence; other clients are served all the while, and not one pooled buffer stays behind.
 */
class ConnectionFuzzTest {
  private static final int PACKETS = Boolean.getBoolean("thingstead.long") ? 3_400_000 : 34_000;
  private static final int STREAM = 24;
  private static final long SEED = Long.getLong("thingstead.seed", 31);
  private static final int PATIENCE_MILLIS = 10_000;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void whatIsBrokenEndsTheConnectionAndNothingElse(Version version) throws Exception {
    long ofAnIdleBroker = leftBehind(version, 0, directory.resolve("idle"));

    assertThat(leftBehind(version, PACKETS, directory.resolve("busy")))
        .as("pooled buffers that stay behind")
        .isLessThanOrEqualTo(ofAnIdleBroker);
  }

  /** How many pooled buffers are still in use after a broker has served and is closed. */
  private static long leftBehind(Version version, int packets, Path directory) throws Exception {
    long before = allocations();
    AllowAll all = new AllowAll();
    try (TestNode node = new TestNode(directory, 0, 2, Profile.MQTT, _ -> all)) {
      serve(node, version, packets);
    }
    return allocations() - before;
  }

  private static void serve(TestNode node, Version version, int count) throws Exception {
    SplittableRandom random = new SplittableRandom(SEED + version.level());
    RandomPackets packets = new RandomPackets(37, version);
    int ended = 0;
    int streams = 0;
    try (RawClient neighbour = RawClient.joined(node.port(), Version.V5, "neighbour", true)) {
      for (int sent = 0; sent < count; sent += STREAM, streams++) {
        ended += stream(node.port(), packets, version, random) ? 1 : 0;
        if (streams % 50 == 0) {
          neighbour.send(PingReq.INSTANCE);
          assertThat(neighbour.read()).isEqualTo(PingResp.INSTANCE);
        }
      }
    }
    assertThat(ended).as("of %d streams", streams).isGreaterThanOrEqualTo(streams / 4);
  }

  /** Whether the server ended the connection. */
  private static boolean stream(
      int port, RandomPackets packets, Version version, SplittableRandom random) throws Exception {
    NaiveParser naive = new NaiveParser();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean broken = false;
    boolean framed = true;
    byte[] first = PacketMutator.encoded(packets.connect(), version);
    List<byte[]> all = new ArrayList<>(List.of(first));
    for (int i = 1; i < STREAM; i++) {
      all.add(next(packets, version, random));
    }
    for (byte[] packet : all) {
      out.write(packet);
      // Behind a length that is wrong, nobody can say where the next packet begins.
      framed &= PacketMutator.whole(packet);
      broken |= framed && refuses(naive, packet);
    }
    return send(port, out.toByteArray(), broken, random);
  }

  private static byte[] next(RandomPackets packets, Version version, SplittableRandom random) {
    byte[] packet = PacketMutator.encoded(packets.fromClient(), version);
    return switch (random.nextInt(40)) {
      case 0 -> {
        byte[] raw = new byte[random.nextInt(2, 60)];
        random.nextBytes(raw);
        yield raw;
      }
      case 1, 2 -> PacketMutator.reframed(PacketMutator.mutated(packet, random));
      case 3 -> PacketMutator.mutated(packet, random);
      default -> packet;
    };
  }

  private static boolean refuses(NaiveParser naive, byte[] packet) {
    try {
      naive.parse(packet);
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  private static boolean send(int port, byte[] bytes, boolean broken, SplittableRandom random)
      throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setTcpNoDelay(true);
      Thread reader = Thread.ofVirtual().unstarted(() -> drain(socket));
      reader.start();
      try {
        for (int at = 0; at < bytes.length; ) {
          int size =
              Math.min(bytes.length - at, 1 + random.nextInt(random.nextInt(4) == 0 ? 5 : 600));
          socket.getOutputStream().write(bytes, at, size);
          at += size;
        }
        if (!broken) {
          socket.shutdownOutput();
        }
      } catch (IOException ended) {
        return true;
      }
      reader.join(PATIENCE_MILLIS);
      assertThat(reader.isAlive())
          .as("seed %d: open after %s", SEED, ByteBufUtil.hexDump(bytes))
          .isFalse();
      return broken;
    }
  }

  private static void drain(Socket socket) {
    try {
      InputStream in = socket.getInputStream();
      in.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException ended) {
      // Reset by the server, which is an end too.
    }
  }

  private static long allocations() {
    var metric = PooledByteBufAllocator.DEFAULT.metric();
    return Stream.concat(metric.directArenas().stream(), metric.heapArenas().stream())
        .mapToLong(PoolArenaMetric::numActiveAllocations)
        .sum();
  }
}
