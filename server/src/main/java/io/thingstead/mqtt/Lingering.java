package io.thingstead.mqtt;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Future;

/**
 * Closes a connection so that the other side can read why. Closing a socket with bytes that nobody
 * has read makes the system send a reset, at which the other side throws away what it has received
 * but not yet read: our last words. So only our direction is shut, and what still comes is thrown
 * away until the other side closes too, or a moment has passed.
 */
@Sharable
final class Lingering extends ChannelOutboundHandlerAdapter {
  private static final int SECONDS_MAX = 2;

  private static final Lingering INSTANCE = new Lingering();

  private Lingering() {}

  /** Closes a channel, on its loop. */
  static void close(Channel channel) {
    // Before all other handlers, so that TLS has ended when this one is asked to close. Only now:
    // it takes no memory while the connection lives.
    channel.pipeline().addFirst(INSTANCE);
    var _ = channel.close();
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    Channel channel = ctx.channel();
    if (!(channel instanceof DuplexChannel duplex)
        || !channel.isActive()
        || !channel.isRegistered()
        || duplex.isOutputShutdown()) {
      var _ = ctx.close(promise);
      return;
    }
    var _ = ctx.pipeline().addAfter(ctx.name(), null, new Drain());
    var _ = duplex.shutdownOutput();
    channel.config().setAutoRead(true);
    // A channel closes itself when the other side does.
    Future<?> timeout = channel.eventLoop().schedule(() -> stop(ctx), SECONDS_MAX, SECONDS);
    var _ = channel.closeFuture().addListener(_ -> timeout.cancel(false));
    var _ = promise.setSuccess();
  }

  private static void stop(ChannelHandlerContext ctx) {
    var _ = ctx.close();
  }

  /** Throws away what comes. */
  private static final class Drain extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }
  }
}
