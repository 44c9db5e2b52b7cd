package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Breaks encoded packets, by the edges of the format and by chance. */
final class PacketMutator {
  private static final int[] EDGES = {
    0, 1, 2, 3, 4, 0x23, 0x26, 0x2B, 0x7F, 0x80, 0xC0, 0xED, 0xFF
  };

  private PacketMutator() {}

  /** Whether the remaining length says what there is; the naive parser knows no streams. */
  static boolean whole(byte[] packet) {
    long length = 0;
    for (int i = 1; i < 5 && i < packet.length; i++) {
      length |= (packet[i] & 0x7FL) << 7 * (i - 1);
      if (packet[i] >= 0) {
        return length == packet.length - i - 1;
      }
    }
    return false;
  }

  static byte[] encoded(Packet packet, Version version) {
    ByteBuf buffer = Unpooled.buffer();
    Encoder.of(version).encode(packet, buffer);
    return ByteBufUtil.getBytes(buffer);
  }

  static byte[] mutated(byte[] packet, SplittableRandom random) {
    int at = random.nextInt(packet.length);
    int edge = EDGES[random.nextInt(EDGES.length)];
    ByteBuf out = Unpooled.buffer();
    switch (random.nextInt(5)) {
      case 0 -> {
        out.writeBytes(packet);
        out.setByte(at, edge);
      }
      case 1 -> {
        out.writeBytes(packet);
        out.setByte(at, packet[at] ^ 1 << random.nextInt(8));
      }
      case 2 ->
          out.writeBytes(packet, 0, at).writeByte(edge).writeBytes(packet, at, packet.length - at);
      case 3 -> {
        int end = Math.min(packet.length, at + random.nextInt(1, 4));
        out.writeBytes(packet, 0, at).writeBytes(packet, end, packet.length - end);
      }
      default -> {
        int end = Math.min(packet.length, at + random.nextInt(1, 12));
        out.writeBytes(packet, 0, end).writeBytes(packet, at, packet.length - at);
      }
    }
    byte[] changed = ByteBufUtil.getBytes(out);
    return changed.length < 2 ? packet : changed;
  }

  /** With the remaining length made right, so that what is inside gets its turn. */
  static byte[] reframed(byte[] packet) {
    int body = 1;
    while (body < packet.length && body < 4 && packet[body] < 0) {
      body++;
    }
    body = Math.min(body + 1, packet.length);
    ByteBuf out = Unpooled.buffer().writeByte(packet[0]);
    Encoder.variable(out, packet.length - body);
    return ByteBufUtil.getBytes(out.writeBytes(Arrays.copyOfRange(packet, body, packet.length)));
  }
}
