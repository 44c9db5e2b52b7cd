package io.thingstead.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells the protocol by the first byte, where ALPN has not: MQTT begins with CONNECT. */
final class FirstByte extends ChannelInboundHandlerAdapter {
  private static final byte MQTT_CONNECT = 0x10;
  private static final byte TLS_HANDSHAKE = 0x16;

  private final Network network;
  private final Transport transport;
  private @Nullable ScheduledFuture<?> deadline;

  FirstByte(Network network, Transport transport) {
    this.network = network;
    this.transport = transport;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    long millis = network.limits().firstByte().toMillis();
    deadline =
        ctx.executor()
            .schedule(
                () ->
                    turnAway(
                        ctx, Turned.FIRST_BYTE_TIMEOUT, "nothing was said for " + millis + " ms"),
                millis,
                TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf bytes) || !bytes.isReadable() || !ctx.channel().isOpen()) {
      ReferenceCountUtil.release(message);
      return;
    }
    byte first = bytes.getByte(bytes.readerIndex());
    Protocol protocol = protocol(first);
    if (protocol == null) {
      turnAway(ctx, Turned.UNKNOWN_PROTOCOL, describe(first));
    } else if (network.switchboard().connect(ctx, protocol, transport)) {
      ctx.fireChannelRead(bytes);
      ctx.pipeline().remove(this);
      return;
    }
    bytes.release();
  }

  private static @Nullable Protocol protocol(byte first) {
    if (first == MQTT_CONNECT) {
      return Protocol.MQTT;
    }
    boolean letter = (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
    return letter ? Protocol.HTTP : null;
  }

  private static String describe(byte first) {
    return first == TLS_HANDSHAKE
        ? "the client speaks TLS on a plain port"
        : "the first byte 0x%02X begins neither MQTT nor HTTP".formatted(first);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Draining.INSTANCE || event instanceof Departure) {
      var _ = ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    turnAway(ctx, Turned.CONNECTION_BROKEN, "the connection broke: " + cause.getMessage());
  }

  private void turnAway(ChannelHandlerContext ctx, Turned reason, String why) {
    network.doorman().turnAway(reason, transport.remote(), why);
    var _ = ctx.close();
  }
}
