package io.thingstead.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;
import io.thingstead.net.Departure;
import io.thingstead.net.Departure.Cause;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Between a WebSocket and a protocol of plain bytes, which need not know of it: what {@link
 * WebSocketReader} has taken out of frames goes in as it comes, what is written until a flush goes
 * out as one binary frame. On the channel's event loop.
 */
final class WebSocketFrames extends ChannelDuplexHandler {
  /** A frame that has become so long does not wait for the flush. */
  private static final int FRAME_BYTES = 64 << 10;

  private static final int PIECES_MAX = 64;

  /** How long the client has to answer a close frame. */
  private static final int ANSWER_SECONDS_MAX = 2;

  private final Consumer<String> broken;
  private final @Nullable Duration lifetime;
  private WebSocketCloseStatus farewell = WebSocketCloseStatus.NORMAL_CLOSURE;
  private @Nullable ByteBuf gathered;
  private @Nullable Future<?> deadline;
  private boolean over;

  /** What becomes of a close that waits for the client's answer, or null. */
  private @Nullable ChannelPromise closing;

  /**
   * @param broken told, for people, when the client breaks the rules of WebSocket
   * @param lifetime after which the protocol is told to end, or null
   */
  WebSocketFrames(Consumer<String> broken, @Nullable Duration lifetime) {
    this.broken = broken;
    this.lifetime = lifetime;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (lifetime == null) {
      return;
    }
    Channel channel = ctx.channel();
    String why = "a signed WebSocket lives " + lifetime.toSeconds() + " s: sign another";
    Runnable end =
        () -> channel.pipeline().fireUserEventTriggered(new Departure(Cause.LIFETIME_OVER, why));
    // The channel may live on another loop by then.
    deadline =
        channel
            .eventLoop()
            .schedule(
                () -> channel.eventLoop().execute(end), lifetime.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    over = true;
    if (deadline != null) {
      deadline.cancel(false);
    }
    ReferenceCountUtil.release(take());
  }

  // From the client.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof CloseWebSocketFrame) {
      answered(ctx);
    }
    if (!over && message instanceof ByteBuf content) {
      ctx.fireChannelRead(content);
      return;
    }
    try {
      if (!over && message instanceof PingWebSocketFrame ping) {
        pong(ctx, ping.content());
      } else if (!over && message instanceof CloseWebSocketFrame close) {
        closed(ctx, close);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /** To a client that does not read, none: the latest is the only one it needs. */
  private static void pong(ChannelHandlerContext ctx, ByteBuf content) {
    if (ctx.channel().isWritable()) {
      var _ = ctx.writeAndFlush(new PongWebSocketFrame(content.retain()));
    }
  }

  private void closed(ChannelHandlerContext ctx, CloseWebSocketFrame close) {
    over = true;
    int status = close.statusCode();
    farewell = status < 0 ? WebSocketCloseStatus.EMPTY : WebSocketCloseStatus.valueOf(status);
    ctx.fireUserEventTriggered(
        new Departure(Cause.CLIENT_LEFT, "the client closed the WebSocket: " + status));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof CorruptedWebSocketFrameException corrupted) {
      broke(ctx, corrupted.closeStatus(), "broken WebSocket: " + corrupted.getMessage());
    } else {
      ctx.fireExceptionCaught(cause);
    }
  }

  private void broke(ChannelHandlerContext ctx, WebSocketCloseStatus status, String why) {
    if (over) {
      return;
    }
    over = true;
    farewell = status;
    broken.accept(why);
    ctx.fireUserEventTriggered(new Departure(Cause.CLIENT_ERROR, why));
  }

  // To the client.

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!(message instanceof ByteBuf bytes)) {
      var _ = ctx.write(message, promise);
    } else if (promise.isVoid()) {
      gather(ctx, bytes);
    } else {
      // Somebody waits for these very bytes.
      emit(ctx);
      var _ = ctx.write(new BinaryWebSocketFrame(bytes), promise);
    }
  }

  private void gather(ChannelHandlerContext ctx, ByteBuf bytes) {
    ByteBuf before = gathered;
    ByteBuf now =
        switch (before) {
          case null -> bytes;
          case CompositeByteBuf composite -> composite.addFlattenedComponents(true, bytes);
          default ->
              ctx.alloc()
                  .compositeBuffer(PIECES_MAX)
                  .addFlattenedComponents(true, before)
                  .addFlattenedComponents(true, bytes);
        };
    gathered = now;
    if (now.readableBytes() >= FRAME_BYTES) {
      emit(ctx);
    }
  }

  private void emit(ChannelHandlerContext ctx) {
    ByteBuf bytes = take();
    if (bytes != null) {
      var _ = ctx.write(new BinaryWebSocketFrame(bytes), ctx.voidPromise());
    }
  }

  private @Nullable ByteBuf take() {
    ByteBuf bytes = gathered;
    gathered = null;
    return bytes;
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    emit(ctx);
    ctx.flush();
  }

  /**
   * Says so in a close frame. Unless the client said it first, the connection stays for its answer:
   * without it a client that says its own goodbye meanwhile would write to a closed socket, and
   * tell its user of an error (RFC 6455 sections 5.5.1 and 7.1.1).
   */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    emit(ctx);
    var _ =
        ctx.writeAndFlush(
            farewell.equals(WebSocketCloseStatus.EMPTY)
                ? new CloseWebSocketFrame()
                : new CloseWebSocketFrame(farewell, ""));
    if (over || !ctx.channel().isActive()) {
      var _ = ctx.close(promise);
      return;
    }
    over = true;
    closing = promise;
    Channel channel = ctx.channel();
    channel.config().setAutoRead(true);
    Future<?> timeout =
        channel.eventLoop().schedule(() -> answered(ctx), ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    var _ = channel.closeFuture().addListener(_ -> timeout.cancel(false));
  }

  /** The client has heard the close frame, or had its time. */
  private void answered(ChannelHandlerContext ctx) {
    ChannelPromise waiting = closing;
    if (waiting != null) {
      closing = null;
      var _ = ctx.close(waiting);
    }
  }
}
