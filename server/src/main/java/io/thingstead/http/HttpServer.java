package io.thingstead.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.thingstead.api.ApiRequest;
import io.thingstead.event.CurrentRequest;
import io.thingstead.identity.Principal;
import io.thingstead.net.Transport;
import io.thingstead.net.Unfinished;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Answers HTTP on connections that {@code net} has set up. Any thread may ask for a handler. */
public final class HttpServer {
  private final Entrance entrance;
  private final Dispatcher dispatcher;
  private final WebSocketDoor door;
  private final Executor virtualThreads;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final HttpLimits limits;
  private final HttpStats stats;
  private final Unfinished unfinished;
  private final Semaphore answering;
  private final AtomicLong bodyBytesHeld = new AtomicLong();

  /**
   * @param table what is answered; filled before the first connection
   * @param virtualThreads runs each request
   * @param random makes request ids; thread-safe
   * @param unfinished the memory of all clients for bodies that have not arrived whole
   */
  public HttpServer(
      OperationTable table,
      Entrance entrance,
      Executor virtualThreads,
      RandomGenerator random,
      InstantSource clock,
      HttpLimits limits,
      HttpStats stats,
      Unfinished unfinished) {
    this.entrance = entrance;
    this.dispatcher = new Dispatcher(table, entrance, new CallPolicy(), stats);
    this.door = new WebSocketDoor(entrance, clock, stats);
    this.virtualThreads = virtualThreads;
    this.random = random;
    this.clock = clock;
    this.limits = limits;
    this.stats = stats;
    this.unfinished = unfinished;
    this.answering = new Semaphore(limits.requestsAnswered());
  }

  /** The handler of a new connection, to stand behind an HTTP codec. */
  public ChannelHandler handler(Transport transport) {
    return new HttpConnection(this, transport);
  }

  HttpLimits limits() {
    return limits;
  }

  /** What a connection holds of requests that have not arrived whole. */
  Unfinished.Share share(Transport transport, Runnable leave) {
    return unfinished.share(transport.account().id(), leave);
  }

  Instant now() {
    return clock.instant();
  }

  HttpStats stats() {
    return stats;
  }

  Executor virtualThreads() {
    return virtualThreads;
  }

  Reply answer(ApiRequest request, Transport transport, String requestId) {
    return CurrentRequest.call(
        requestId,
        () ->
            request.path().equals(WebSocketDoor.PATH)
                ? door.open(request, transport)
                : dispatcher.answer(request, transport, requestId));
  }

  /** Tells of a request that could not be read to its end. */
  void unreadable(Transport transport, String requestId, String why) {
    String principal = transport.principal() == null ? "" : transport.principal().id();
    CurrentRequest.call(
        requestId,
        () -> {
          String from = transport.remote().getAddress().getHostAddress();
          entrance
              .refusals()
              .refused(
                  transport.account(), "request", "", "", principal, "from " + from + ": " + why);
          return true;
        });
  }

  /** Makes a WebSocket of a connection; on its event loop. */
  void upgrade(ChannelHandlerContext ctx, Reply.Upgrade upgrade, String requestId) {
    Transport caller = upgrade.transport();
    Principal principal = caller.principal();
    WebSocketFrames frames =
        new WebSocketFrames(
            why ->
                entrance
                    .refusals()
                    .refused(
                        caller.account(),
                        "websocket",
                        "",
                        "",
                        principal == null ? "" : principal.id(),
                        "from " + caller.remote() + " (opened by " + requestId + "): " + why),
            upgrade.lifetime());
    stats.count(HttpStats.Kind.WEBSOCKET);
    WebSocketUpgrade.perform(ctx, upgrade, requestId, frames, entrance.mqtt().apply(caller));
  }

  String newRequestId() {
    long high = random.nextLong() & ~0xF000L | 0x4000L;
    long low = random.nextLong() & ~(3L << 62) | 1L << 63;
    return new UUID(high, low).toString();
  }

  /** Takes a place among the requests being answered, if there is one. */
  boolean enter() {
    return answering.tryAcquire();
  }

  void leave() {
    answering.release();
  }

  /** Sets room aside for a body of so many bytes that is being answered, if there is any. */
  boolean hold(int bytes) {
    if (bodyBytesHeld.addAndGet(bytes) <= limits.bodyBytesHeld()) {
      return true;
    }
    bodyBytesHeld.addAndGet(-bytes);
    return false;
  }

  void release(int bytes) {
    bodyBytesHeld.addAndGet(-bytes);
  }
}
