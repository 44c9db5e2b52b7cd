package io.thingstead.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.util.ReferenceCountUtil;
import io.thingstead.net.Departure;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * WebSocket frames from a seed, good and broken, cut anywhere: fragments, masks, every form of
 * length, control frames in between. What they contain passes as a naive parser reads it, up to the
 * first broken frame, which ends it; no pooled buffer stays behind.
 */
class WebSocketFuzzTest {
  private static final int FRAMES = Boolean.getBoolean("thingstead.long") ? 10_000_000 : 100_000;
  private static final int STREAM = 40;
  private static final long SEED = Long.getLong("thingstead.seed", 41);

  /** What the naive parser makes of a stream. */
  private record Expected(byte[] content, boolean closed, boolean broken) {}

  @Test
  void contentPassesUpToTheFirstBrokenFrame() {
    long before = allocations();
    int broken = 0;
    int streams = FRAMES / STREAM;
    for (int i = 0; i < streams; i++) {
      broken += stream(SEED + i) ? 1 : 0;
    }
    assertThat(broken).as("of %d streams", streams).isBetween(streams / 10, streams * 9 / 10);
    assertThat(allocations() - before).as("pooled buffers that stay behind").isZero();
  }

  /** Whether a frame was broken. */
  private static boolean stream(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = frames(random);
    Expected expected = naive(bytes);
    Heard heard = new Heard();
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new WebSocket13FrameEncoder(false),
            new WebSocketReader(),
            new WebSocketFrames(_ -> {}, null),
            heard);
    try {
      for (int at = 0; at < bytes.length; ) {
        int size = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 300));
        ByteBuf piece =
            PooledByteBufAllocator.DEFAULT.directBuffer(size).writeBytes(bytes, at, size);
        channel.writeInbound(piece);
        at += size;
      }
      String what = "seed " + seed + ": " + ByteBufUtil.hexDump(bytes);
      assertThat(ByteBufUtil.hexDump(heard.content))
          .as(what)
          .isEqualTo(ByteBufUtil.hexDump(expected.content));
      assertThat(heard.broken).as("broken, %s", what).isEqualTo(expected.broken);
      assertThat(heard.closed).as("closed, %s", what).isEqualTo(expected.closed);
      return expected.broken;
    } finally {
      heard.content.release();
      channel.finishAndReleaseAll();
    }
  }

  /** What the protocol behind the frames gets. */
  private static final class Heard extends ChannelInboundHandlerAdapter {
    private final ByteBuf content = Unpooled.buffer();
    private boolean closed;
    private boolean broken;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      content.writeBytes((ByteBuf) message);
      ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof Departure departure) {
        closed |= departure.cause() == Departure.Cause.CLIENT_LEFT;
        broken |= departure.cause() == Departure.Cause.CLIENT_ERROR;
      }
    }
  }

  // A stream of frames.

  private static byte[] frames(SplittableRandom random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean fragmented = false;
    for (int i = 0; i < STREAM; i++) {
      boolean odd = random.nextInt(120) == 0;
      if (random.nextInt(6) == 0) {
        int control = random.nextInt(60) == 0 ? 8 : 9 + random.nextInt(2);
        byte[] data = bytes(random, control == 8 ? 2 : random.nextInt(odd ? 140 : 126));
        if (control == 8) {
          data[0] = 3;
          data[1] = (byte) (0xE8 + random.nextInt(4));
        }
        frame(out, random, true, control, data, odd);
        continue;
      }
      boolean last = random.nextBoolean();
      int code = odd ? random.nextInt(16) : fragmented ? 0 : 2;
      frame(out, random, last, code, bytes(random, length(random)), odd);
      fragmented = !last;
    }
    return out.toByteArray();
  }

  private static int length(SplittableRandom random) {
    return switch (random.nextInt(60)) {
      case 0 -> 0;
      case 1 -> 125 + random.nextInt(3);
      case 2 -> 200 + random.nextInt(300);
      default -> random.nextInt(20);
    };
  }

  private static byte[] bytes(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static void frame(
      ByteArrayOutputStream out,
      SplittableRandom random,
      boolean last,
      int code,
      byte[] data,
      boolean odd) {
    boolean masked = !odd || random.nextBoolean();
    int reserved = odd && random.nextInt(3) == 0 ? random.nextInt(8) << 4 : 0;
    out.write((last ? 0x80 : 0) | reserved | code);
    int flag = masked ? 0x80 : 0;
    // A longer form of the length than is needed breaks the rules (RFC 6455 section 5.2).
    boolean longer = odd && random.nextInt(3) == 0;
    if (data.length < 126 && !longer) {
      out.write(flag | data.length);
    } else if (longer && random.nextBoolean()) {
      out.write(flag | 127);
      out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(data.length).array());
    } else {
      out.write(flag | 126);
      out.write(data.length >> 8);
      out.write(data.length);
    }
    byte[] mask = bytes(random, 4);
    if (masked) {
      out.writeBytes(mask);
    }
    for (int i = 0; i < data.length; i++) {
      out.write(masked ? data[i] ^ mask[i % 4] : data[i]);
    }
  }

  // The naive parser, by RFC 6455 section 5.

  private static Expected naive(byte[] in) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    boolean fragmented = false;
    int at = 0;
    while (at + 2 <= in.length) {
      boolean last = in[at] < 0;
      int code = in[at] & 15;
      boolean masked = in[at + 1] < 0;
      int length = in[at + 1] & 127;
      boolean control = code >= 8;
      boolean wrong =
          (in[at] & 0x70) != 0
              || !masked
              || (control && (!last || length > 125 || code > 10))
              || (code > 2 && code < 8)
              || (code == 0 && !fragmented)
              || ((code == 1 || code == 2) && fragmented);
      if (wrong) {
        return new Expected(content.toByteArray(), false, true);
      }
      at += 2;
      if (length == 127) {
        // Nothing here is as long as that.
        return new Expected(content.toByteArray(), false, true);
      }
      if (length == 126) {
        length = (in[at] & 255) << 8 | in[at + 1] & 255;
        at += 2;
        if (length < 126) {
          return new Expected(content.toByteArray(), false, true);
        }
      }
      byte[] mask = {in[at], in[at + 1], in[at + 2], in[at + 3]};
      at += 4;
      if (code == 1) {
        // Text is well formed, and no MQTT.
        return new Expected(content.toByteArray(), false, true);
      }
      for (int i = 0; i < length && !control; i++) {
        content.write(in[at + i] ^ mask[i % 4]);
      }
      if (code == 8) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
          data[i] = (byte) (in[at + i] ^ mask[i % 4]);
        }
        boolean good = isClose(data);
        return new Expected(content.toByteArray(), good, !good);
      }
      at += length;
      fragmented = control ? fragmented : !last;
    }
    return new Expected(content.toByteArray(), false, false);
  }

  /** Section 7.4.1: nothing, or a status that may be sent and a reason in UTF-8. */
  private static boolean isClose(byte[] data) {
    if (data.length < 2) {
      return data.length == 0;
    }
    int status = (data[0] & 255) << 8 | data[1] & 255;
    boolean known =
        (status >= 1000 && status <= 1003)
            || (status >= 1007 && status <= 1014)
            || (status >= 3000 && status < 5000);
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(data, 2, data.length - 2));
      return known;
    } catch (CharacterCodingException _) {
      return false;
    }
  }

  private static long allocations() {
    var metric = PooledByteBufAllocator.DEFAULT.metric();
    return Stream.concat(metric.directArenas().stream(), metric.heapArenas().stream())
        .mapToLong(PoolArenaMetric::numActiveAllocations)
        .sum();
  }
}
