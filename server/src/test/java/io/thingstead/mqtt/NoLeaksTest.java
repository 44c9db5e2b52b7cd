package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** The watch over the buffers of all other tests of this package. */
class NoLeaksTest {
  @Test
  void bufferThatNobodyReleasesIsFound() {
    forget();
    assertThat(NoLeaks.leaks())
        .singleElement()
        .asString()
        .contains("ByteBuf")
        .contains("NoLeaksTest.forget");
  }

  private static void forget() {
    var _ = PooledByteBufAllocator.DEFAULT.directBuffer(16).writeInt(1);
  }

  @Test
  void bufferThatIsReleasedIsNot() {
    PooledByteBufAllocator.DEFAULT.directBuffer(16).writeInt(1).release();
    assertThat(NoLeaks.leaks()).isEmpty();
  }
}
