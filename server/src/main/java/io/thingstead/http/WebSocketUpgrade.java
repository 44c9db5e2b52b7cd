package io.thingstead.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Turns an HTTP connection into a WebSocket (RFC 6455 section 4.2.2). */
final class WebSocketUpgrade {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private WebSocketUpgrade() {}

  /**
   * Answers, and puts the WebSocket's handlers in the place of HTTP's; on the event loop.
   *
   * @param ctx of the handler that received the request and goes with the codec before it
   */
  static void perform(
      ChannelHandlerContext ctx,
      Reply.Upgrade upgrade,
      String requestId,
      WebSocketFrames frames,
      ChannelHandler protocol) {
    Channel channel = ctx.channel();
    var _ = ctx.write(response(upgrade, requestId));
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.addLast(new WebSocket13FrameEncoder(false), new WebSocketReader(), frames, protocol);
    pipeline.remove(ctx.handler());
    pipeline.remove(HttpServerCodec.class);
    channel.flush();
    channel.config().setAutoRead(true);
  }

  private static FullHttpResponse response(Reply.Upgrade upgrade, String requestId) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
    response
        .headers()
        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept(upgrade.key()))
        .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, upgrade.subprotocol())
        .set("x-amzn-RequestId", requestId);
    return response;
  }

  private static String accept(String key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
