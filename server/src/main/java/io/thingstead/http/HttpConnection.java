package io.thingstead.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.thingstead.api.ApiRequest;
import io.thingstead.api.ApiResponse;
import io.thingstead.api.Headers;
import io.thingstead.api.RestJson;
import io.thingstead.http.HttpStats.Kind;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Departure;
import io.thingstead.net.Draining;
import io.thingstead.net.Transport;
import io.thingstead.net.Unfinished;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Date;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection: gathers requests, has them answered one after the other in the order
 * they came, and reads nothing new while one is being answered. All methods run on the channel's
 * event loop.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final int BODY_BYTES = 1 << 10;

  private final HttpServer server;
  private final Transport transport;
  private final Deque<HttpObject> ahead = new ArrayDeque<>();
  private @Nullable Gathering gathering;
  private boolean headBegun;
  private boolean answering;
  private boolean ending;
  private @Nullable Future<?> timer;

  /** What it holds of the room of all; null until a body has begun. */
  private Unfinished.@Nullable Share share;

  HttpConnection(HttpServer server, Transport transport) {
    this.server = server;
    this.transport = transport;
  }

  /** A request whose body is on its way. */
  private static final class Gathering {
    private final HttpRequest head;
    private final int bytesMax;
    private ByteBuf body = Unpooled.EMPTY_BUFFER;

    private Gathering(HttpRequest head, int bytesMax) {
      this.head = head;
      this.bytesMax = bytesMax;
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    expectHead(ctx);
  }

  /** Waits for a request's head; whoever has begun one and does not end it is told so. */
  private void expectHead(ChannelHandlerContext ctx) {
    headBegun = false;
    expectWithin(
        ctx,
        server.limits().idle(),
        () -> {
          if (headBegun) {
            server.stats().count(Kind.SLOW);
            refuse(ctx, 408, AwsError.INVALID_REQUEST, "the request's head did not end in time");
          } else {
            close(ctx);
          }
        });
  }

  /** Something was read; if it was no whole head, it was a part of one. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    headBegun = true;
    ctx.fireChannelReadComplete();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    forget();
    if (share != null) {
      share.end();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (gathering != null) {
      server.stats().count(Kind.MALFORMED); // shorter than announced
    }
    forget();
    ctx.fireChannelInactive();
  }

  private void forget() {
    cancelTimer();
    ending = true;
    drop();
    ahead.forEach(ReferenceCountUtil::release);
    ahead.clear();
  }

  private void drop() {
    if (gathering != null) {
      gathering.body.release();
      gathering = null;
      letGo();
    }
  }

  private void letGo() {
    if (share != null) {
      share.letGo();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Draining || event instanceof Departure) {
      ending = true;
      if (!answering) {
        close(ctx);
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    close(ctx); // the peer is gone or speaks no TLS any more: nobody to tell
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpObject part) || ending && !answering) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (!answering) {
      receive(ctx, part);
    } else if (ahead.size() < server.limits().pipelined()) {
      ahead.add(part);
    } else {
      ReferenceCountUtil.release(part);
      server.stats().count(Kind.OVERLOADED);
      close(ctx);
    }
  }

  private void receive(ChannelHandlerContext ctx, HttpObject part) {
    try {
      if (part.decoderResult().isFailure()) {
        broken(ctx, part.decoderResult());
        return;
      }
      if (part instanceof HttpRequest head) {
        begin(ctx, head);
      }
      if (part instanceof HttpContent content && gathering != null) {
        gather(ctx, gathering, content);
      }
      if (part instanceof LastHttpContent && gathering != null) {
        dispatch(ctx, gathering);
      }
    } finally {
      ReferenceCountUtil.release(part);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest head) {
    server.stats().count(Kind.REQUEST);
    boolean control = Plane.CONTROL.offeredBy(transport.listener().role());
    Gathering begun = new Gathering(head, server.limits().bodyBytes(head.uri(), control));
    gathering = begun;
    expectWithin(
        ctx,
        server.limits().requestRead(),
        () -> {
          server.stats().count(Kind.SLOW);
          refuse(ctx, 408, AwsError.INVALID_REQUEST, "the request's body did not come in time");
        });
    long length = HttpUtil.getContentLength(head, 0L);
    if (length > begun.bytesMax) {
      oversized(ctx, begun);
    } else if (HttpUtil.is100ContinueExpected(head)) {
      var _ =
          ctx.writeAndFlush(
              new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    } else if (head.headers().contains(HttpHeaderNames.EXPECT)) {
      server.stats().count(Kind.MALFORMED);
      refuse(
          ctx, 417, AwsError.INVALID_REQUEST, "the only expectation that is met is 100-continue");
    }
  }

  private void gather(ChannelHandlerContext ctx, Gathering request, HttpContent content) {
    int bytes = content.content().readableBytes();
    if (request.body.readableBytes() + bytes > request.bytesMax) {
      oversized(ctx, request);
      return;
    }
    if (bytes == 0) {
      return;
    }
    if (request.body.capacity() == 0) {
      request.body = ctx.alloc().buffer(Math.max(bytes, BODY_BYTES), request.bytesMax);
    }
    request.body.writeBytes(content.content());
    boolean last = content instanceof LastHttpContent;
    if (!last && !share(ctx).hold(request.body.capacity(), request.body.readableBytes())) {
      outOfRoom(ctx);
    }
  }

  private Unfinished.Share share(ChannelHandlerContext ctx) {
    Unfinished.Share mine = share;
    if (mine == null) {
      mine = server.share(transport, () -> ctx.executor().execute(() -> leave(ctx)));
      share = mine;
    }
    return mine;
  }

  /** Others need the room. */
  private void leave(ChannelHandlerContext ctx) {
    if (gathering != null && share != null && share.mustLeave()) {
      outOfRoom(ctx);
    }
  }

  private void outOfRoom(ChannelHandlerContext ctx) {
    server.stats().count(Kind.OVERLOADED);
    refuse(
        ctx,
        503,
        AwsError.SERVICE_UNAVAILABLE,
        "there is no more room for requests that have not arrived whole, and this one has taken"
            + " longest; retry");
  }

  private void dispatch(ChannelHandlerContext ctx, Gathering gathered) {
    gathering = null;
    cancelTimer();
    int held = gathered.body.readableBytes();
    if (!server.hold(held)) {
      gathered.body.release();
      letGo();
      server.stats().count(Kind.OVERLOADED);
      refuse(ctx, 503, AwsError.SERVICE_UNAVAILABLE, "too much is being answered; retry");
      return;
    }
    ApiRequest request = request(gathered);
    gathered.body.release();
    letGo();
    boolean keepAlive = HttpUtil.isKeepAlive(gathered.head);
    String requestId = server.newRequestId();
    if (!server.enter()) {
      server.release(held);
      server.stats().count(Kind.OVERLOADED);
      refuse(ctx, 503, AwsError.SERVICE_UNAVAILABLE, "too many requests are being answered; retry");
      return;
    }
    answering = true;
    ctx.channel().config().setAutoRead(false);
    try {
      server
          .virtualThreads()
          .execute(
              () -> {
                Reply reply = server.answer(request, transport, requestId);
                server.leave();
                server.release(held);
                ctx.executor().execute(() -> replied(ctx, reply, requestId, keepAlive));
              });
    } catch (RejectedExecutionException _) {
      server.leave();
      server.release(held);
      answering = false;
      refuse(ctx, 503, AwsError.SERVICE_UNAVAILABLE, "the server is stopping");
    }
  }

  private static ApiRequest request(Gathering gathered) {
    HttpRequest head = gathered.head;
    String target = head.uri();
    if (!target.startsWith("/")) { // absolute form, RFC 9112 section 3.2.2
      int authority = target.indexOf("://");
      int slash = authority < 0 ? -1 : target.indexOf('/', authority + 3);
      target = slash < 0 ? "/" : target.substring(slash);
    }
    int mark = target.indexOf('?');
    Headers headers = new Headers();
    head.headers().forEach(field -> headers.add(field.getKey(), field.getValue()));
    return new ApiRequest(
        head.method().name(),
        mark < 0 ? target : target.substring(0, mark),
        mark < 0 ? "" : target.substring(mark + 1),
        headers,
        ByteBufUtil.getBytes(gathered.body));
  }

  private void replied(
      ChannelHandlerContext ctx, Reply reply, String requestId, boolean keepAlive) {
    switch (reply) {
      case Reply.Response(var response, Duration after) when after.isPositive() -> {
        // While it waits, nothing more is read.
        var _ =
            ctx.executor()
                .schedule(
                    () -> answered(ctx, response, requestId, keepAlive),
                    after.toMillis(),
                    TimeUnit.MILLISECONDS);
      }
      case Reply.Response(var response, var _) -> answered(ctx, response, requestId, keepAlive);
      case Reply.Upgrade upgrade -> upgrade(ctx, upgrade, requestId);
    }
  }

  private void upgrade(ChannelHandlerContext ctx, Reply.Upgrade upgrade, String requestId) {
    answering = false;
    if (!ctx.channel().isOpen()) {
      return;
    }
    if (ending) {
      refuse(ctx, 503, AwsError.SERVICE_UNAVAILABLE, "the server is stopping");
    } else if (!ahead.isEmpty()) {
      String why = "nothing may be sent before the WebSocket is open";
      refuse(ctx, 400, AwsError.INVALID_REQUEST, why);
    } else {
      server.upgrade(ctx, upgrade, requestId);
    }
  }

  private void answered(
      ChannelHandlerContext ctx, ApiResponse response, String requestId, boolean keepAlive) {
    answering = false;
    boolean last = !keepAlive || ending;
    send(ctx, response, requestId, last);
    if (last) {
      ending = true;
      return;
    }
    expectHead(ctx);
    while (!answering && !ending && !ahead.isEmpty()) {
      receive(ctx, ahead.remove());
    }
    if (!answering && !ending) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  private void broken(ChannelHandlerContext ctx, DecoderResult result) {
    switch (result.cause()) {
      case TooLongHttpHeaderException _ -> {
        server.stats().count(Kind.OVERSIZED);
        refuse(ctx, 431, AwsError.INVALID_REQUEST, "the request's headers are too long");
      }
      case TooLongHttpLineException _ -> {
        server.stats().count(Kind.OVERSIZED);
        refuse(ctx, 414, AwsError.INVALID_REQUEST, "the request's path and query are too long");
      }
      default -> {
        server.stats().count(Kind.MALFORMED);
        refuse(ctx, 400, AwsError.INVALID_REQUEST, "the request is not valid HTTP/1.1");
      }
    }
  }

  private void oversized(ChannelHandlerContext ctx, Gathering request) {
    server.stats().count(Kind.OVERSIZED);
    String most = "a request's body may have " + request.bytesMax + " bytes";
    refuse(ctx, 413, AwsError.REQUEST_ENTITY_TOO_LARGE, most);
  }

  /** Answers a request that cannot be read to its end, and closes. */
  private void refuse(ChannelHandlerContext ctx, int status, AwsError error, String why) {
    drop();
    cancelTimer();
    ending = true;
    ApiResponse form = RestJson.error(new ApiException(error, why));
    String requestId = server.newRequestId();
    server.unreadable(transport, requestId, why);
    send(ctx, new ApiResponse(status, form.headers(), form.body()), requestId, true);
  }

  private void send(
      ChannelHandlerContext ctx, ApiResponse response, String requestId, boolean last) {
    FullHttpResponse message =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            Unpooled.wrappedBuffer(response.body()));
    response.headers().asMap().forEach((name, values) -> message.headers().add(name, values));
    message.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
    message.headers().set("x-amzn-RequestId", requestId);
    message.headers().set(HttpHeaderNames.DATE, DateFormatter.format(Date.from(server.now())));
    if (last) {
      message.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else {
      message.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
    var written = ctx.writeAndFlush(message);
    if (last) {
      var _ = written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void expectWithin(ChannelHandlerContext ctx, Duration time, Runnable otherwise) {
    cancelTimer();
    timer = ctx.executor().schedule(otherwise, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private static void close(ChannelHandlerContext ctx) {
    var _ = ctx.close();
  }
}
