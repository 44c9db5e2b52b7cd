package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The scanner against the JDK's strict decoder. */
class Utf8Test {
  private static final int[] EDGES = {
    0, 1, 'a', '+', '#', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
    0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
  };

  @Test
  void everySequenceOfUpToFourEdgeBytesIsJudgedAsTheJdkDoes() {
    for (int length = 0; length <= 4; length++) {
      byte[] bytes = new byte[length];
      int count = (int) Math.pow(EDGES.length, length);
      ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
      for (int i = 0; i < count; i++) {
        for (int j = 0, rest = i; j < length; j++, rest /= EDGES.length) {
          bytes[j] = (byte) EDGES[rest % EDGES.length];
        }
        if (Utf8.scan(buffer, 0, length) != expected(bytes)) {
          assertThat(Utf8.scan(buffer, 0, length))
              .as(HexFormat.of().formatHex(bytes))
              .isEqualTo(expected(bytes));
        }
      }
    }
  }

  @Test
  void longerTextIsJudgedAsTheJdkDoesAtEveryOffset() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = (byte) (random.nextInt(20) == 0 ? EDGES[random.nextInt(EDGES.length)] : 'b');
      }
      int offset = random.nextInt(9);
      ByteBuf buffer = Unpooled.buffer().writeZero(offset).writeBytes(bytes).writeByte(0xFF);
      assertThat(Utf8.scan(buffer, offset, bytes.length)).isEqualTo(expected(bytes));
    }
  }

  private static int expected(byte[] bytes) {
    int found = 0;
    for (byte b : bytes) {
      found |= b == 0 ? Utf8.NUL : b == '+' || b == '#' ? Utf8.WILDCARD : 0;
    }
    try {
      var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return found;
    } catch (CharacterCodingException _) {
      return found | Utf8.ILL_FORMED;
    }
  }
}
