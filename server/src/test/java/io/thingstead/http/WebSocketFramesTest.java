package io.thingstead.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.thingstead.net.Departure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes in and comes out; time is the channel's own. */
class WebSocketFramesTest {
  private final List<String> broken = new ArrayList<>();
  private final List<Object> events = new ArrayList<>();
  private final EmbeddedChannel channel = new EmbeddedChannel();

  private void open(Duration lifetime) {
    channel.freezeTime();
    channel
        .pipeline()
        .addLast(
            new WebSocketFrames(broken::add, lifetime),
            new ChannelInboundHandlerAdapter() {
              @Override
              public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                events.add(event);
              }
            });
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, US_ASCII);
  }

  private void write(String text) {
    var _ = channel.write(bytes(text), channel.voidPromise());
  }

  private String frame() {
    BinaryWebSocketFrame frame = Objects.requireNonNull(channel.readOutbound());
    try {
      return frame.content().toString(US_ASCII);
    } finally {
      frame.release();
    }
  }

  @Test
  void whatIsWrittenUntilAFlushIsOneFrame() {
    open(Duration.ofDays(1));
    write("ab");
    write("cd");
    write("ef");
    assertThat(channel.<Object>readOutbound()).isNull();
    channel.flush();
    assertThat(frame()).isEqualTo("abcdef");
    channel.flush();
    assertThat(channel.<Object>readOutbound()).isNull();
  }

  @Test
  void muchIsNotHeldBackUntilTheFlush() {
    open(Duration.ofDays(1));
    write("x".repeat(40_000));
    write("y".repeat(40_000));
    write("z");
    channel.flush();
    assertThat(frame()).hasSize(80_000);
    assertThat(frame()).isEqualTo("z");
  }

  @Test
  void writeThatIsWaitedForComesAfterWhatWasBeforeIt() {
    open(Duration.ofDays(1));
    write("first");
    assertThat(channel.writeOneOutbound(bytes("second")).isSuccess()).isFalse();
    var _ = channel.flushOutbound();
    assertThat(frame()).isEqualTo("first");
    assertThat(frame()).isEqualTo("second");
  }

  @Test
  void signedOneEndsAfterItsLifetime() {
    open(Duration.ofHours(24));
    channel.advanceTimeBy(Duration.ofHours(24).toMillis() - 1, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(events).isEmpty();
    channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
    assertThat(events)
        .singleElement()
        .isInstanceOfSatisfying(
            Departure.class,
            departure -> {
              assertThat(departure.cause()).isEqualTo(Departure.Cause.LIFETIME_OVER);
              assertThat(departure.why()).contains("86400 s");
            });
  }

  @Test
  void pingsOfAClientThatDoesNotReadAreNotAnswered() {
    open(Duration.ofDays(1));
    channel.writeInbound(new PingWebSocketFrame(bytes("1")));
    PongWebSocketFrame pong = Objects.requireNonNull(channel.readOutbound());
    assertThat(pong.content().toString(US_ASCII)).isEqualTo("1");
    pong.release();
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    channel.writeInbound(new PingWebSocketFrame(bytes("2")));
    assertThat(channel.<Object>readOutbound()).isNull();
  }

  @Test
  void closeIsAnsweredAndNothingHeardAfterIt() {
    open(Duration.ofDays(1));
    channel.writeInbound(new CloseWebSocketFrame(1001, "leaving"), bytes("late"));
    assertThat(channel.<Object>readInbound()).isNull();
    assertThat(events).hasSize(1);
    write("goodbye");
    var _ = channel.close();
    assertThat(frame()).isEqualTo("goodbye");
    CloseWebSocketFrame close = Objects.requireNonNull(channel.readOutbound());
    assertThat(close.statusCode()).isEqualTo(1001);
    close.release();
    assertThat(channel.isOpen()).isFalse();
  }
}
