package io.thingstead.mqtt;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.thingstead.authorize.Authorization;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Clients;
import io.thingstead.broker.Closing;
import io.thingstead.broker.Connecting;
import io.thingstead.broker.Inbound;
import io.thingstead.broker.Lane;
import io.thingstead.broker.Session;
import io.thingstead.broker.Target;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.net.Draining;
import io.thingstead.net.Transport;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: reads its packets and answers them, and is the target of its session. It
 * begins on the loop that accepted it and is moved to the loop of its session before CONNACK.
 */
final class Connection extends ChannelInboundHandlerAdapter implements Target {
  private static final System.Logger LOG = System.getLogger(Connection.class.getName());

  /** Bytes a client may send before CONNACK tells it that it is connected. */
  private static final int EARLY_BYTES_MAX = 64 << 10;

  /** Seconds a client has to become connected, from when its connection was accepted. */
  static final int CONNECT_SECONDS_MAX = 10;

  private final Gateway gateway;
  private final Transport transport;
  private final Profile profile;
  private final Limits limits;
  private final Decoder decoder;
  private State state = State.NEW;
  private @Nullable Channel channel;
  private @Nullable ByteBuf unread;
  private boolean paused;
  private boolean decoding;

  private Encoder encoder = Encoder.of(Version.V3_1_1);
  private @Nullable Connect connect;
  private @Nullable Session session;
  private @Nullable Lane lane;
  private @Nullable Publisher publisher;
  private @Nullable Subscriber subscriber;
  private @Nullable Output output;
  private @Nullable Future<?> deadline;
  private long packetBytesMax = Long.MAX_VALUE;
  private long heardMillis;

  Connection(Gateway gateway, Transport transport, Profile profile, Limits limits) {
    this.gateway = gateway;
    this.transport = transport;
    this.profile = profile;
    this.limits = limits;
    this.decoder = new Decoder(limits.messages().packetBytes());
  }

  Transport transport() {
    return transport;
  }

  Profile profile() {
    return profile;
  }

  Limits limits() {
    return limits;
  }

  Session session() {
    return requireNonNull(session);
  }

  Lane lane() {
    return requireNonNull(lane);
  }

  boolean is5() {
    return encoder.version().is5();
  }

  // Reading.

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    output = new Output(ctx.channel());
    deadline = ctx.channel().eventLoop().schedule(this::overdue, CONNECT_SECONDS_MAX, SECONDS);
  }

  /** The time to become connected is over; on the loop that accepted the connection. */
  private void overdue() {
    Channel on = requireNonNull(channel);
    if (on.eventLoop().inEventLoop()) {
      closeOverdue();
    } else {
      // It was moved meanwhile.
      on.eventLoop().execute(this::closeOverdue);
    }
  }

  private void closeOverdue() {
    if (state == State.CONNECTED || state == State.CLOSED) {
      return;
    }
    String why = "it was not connected within " + CONNECT_SECONDS_MAX + " s";
    refused("connect", connect == null ? "" : connect.clientId(), "", why);
    fail(ReasonCode.UNSPECIFIED_ERROR, why);
  }

  private void noDeadline() {
    Future<?> pending = deadline;
    if (pending != null) {
      deadline = null;
      pending.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf bytes) || state == State.CLOSED) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (lane != null) {
      heardMillis = lane.nowMillis();
    }
    if (unread == null && !paused) {
      try {
        decode(bytes);
        keep(bytes);
      } finally {
        bytes.release();
      }
      return;
    }
    ByteBuf all = unread == null ? ctx.alloc().buffer(bytes.readableBytes()) : unread;
    unread = all;
    all.writeBytes(bytes);
    bytes.release();
    if (!paused) {
      decodeUnread();
    } else if (all.readableBytes() > EARLY_BYTES_MAX && state != State.CONNECTED) {
      fail(ReasonCode.QUOTA_EXCEEDED, "more than " + EARLY_BYTES_MAX + " bytes before CONNACK");
    }
  }

  private void keep(ByteBuf bytes) {
    if (bytes.isReadable() && state != State.CLOSED) {
      ByteBuf rest = requireNonNull(channel).alloc().buffer(Math.max(64, bytes.readableBytes()));
      rest.writeBytes(bytes);
      unread = rest;
    }
  }

  private void decodeUnread() {
    ByteBuf all = unread;
    if (all == null || decoding) {
      return;
    }
    decode(all);
    if (unread == null) {
      return;
    }
    if (all.isReadable()) {
      all.discardSomeReadBytes();
    } else {
      unread = null;
      all.release();
    }
  }

  private void decode(ByteBuf bytes) {
    decoding = true;
    try {
      while (!paused && state != State.CLOSED) {
        Packet packet = decoder.decode(bytes);
        if (packet == null) {
          break;
        }
        on(packet);
      }
    } catch (PacketException e) {
      malformed(e);
    } finally {
      decoding = false;
    }
  }

  private void malformed(PacketException e) {
    if (state == State.NEW) {
      Version version = decoder.version();
      encoder = Encoder.of(version == null ? Version.V3_1_1 : version);
      refuseConnect("", e.reason(), e.getMessage());
    } else {
      fail(e.reason(), e.getMessage());
    }
  }

  /** Reads nothing more until {@link #resume}. */
  void pause() {
    if (!paused) {
      paused = true;
      requireNonNull(channel).config().setAutoRead(false);
    }
  }

  void resume() {
    if (paused && state == State.CONNECTED) {
      paused = false;
      decodeUnread();
      if (!paused && state == State.CONNECTED) {
        requireNonNull(channel).config().setAutoRead(true);
      }
    }
  }

  private void on(Packet packet) {
    if (state == State.NEW) {
      connect((Connect) packet);
      return;
    }
    switch (packet) {
      case Publish publish -> requireNonNull(publisher).publish(publish);
      case PubAck ack -> session().acknowledged(ack.packetId());
      case PubRec rec -> {
        if (!session().received(rec.packetId(), rec.reason().failed()) && is5()) {
          send(
              new PubRel(rec.packetId(), ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Explanation.NONE));
        }
      }
      case PubRel rel -> requireNonNull(publisher).release(rel.packetId());
      case PubComp comp -> session().completed(comp.packetId());
      case Subscribe subscribe -> requireNonNull(subscriber).subscribe(subscribe);
      case Unsubscribe unsubscribe -> requireNonNull(subscriber).unsubscribe(unsubscribe);
      case PingReq _ -> encoder.pingResp(out(2));
      case Disconnect disconnect -> disconnect(disconnect);
      case Auth _ -> fail(ReasonCode.PROTOCOL_ERROR, "AUTH without an Authentication Method");
      case Connect _, ConnAck _, SubAck _, UnsubAck _, PingResp _ ->
          fail(ReasonCode.PROTOCOL_ERROR, "a packet out of place");
    }
  }

  // Connecting.

  private void connect(Connect packet) {
    connect = packet;
    encoder = Encoder.of(packet.version());
    state = state.to(State.AUTHORIZING);
    pause();
    Joining join = new Joining(gateway, transport, profile, limits, packet);
    Channel on = requireNonNull(channel);
    gateway
        .blocking()
        .execute(
            () -> {
              Joining.Answer answer = join.decide();
              on.eventLoop().execute(() -> decided(answer));
            });
  }

  private void decided(Joining.Answer answer) {
    if (state == State.CLOSED) {
      return;
    }
    switch (answer) {
      case Joining.Refused refused ->
          refuseConnect(refused.clientId(), refused.reason(), refused.why());
      case Joining.Allowed allowed -> move(allowed);
    }
  }

  /** Goes to the loop where the client's session lives. */
  private void move(Joining.Allowed allowed) {
    state = state.to(State.JOINING);
    Channel on = requireNonNull(channel);
    Lane to = allowed.broker().clients().lane(allowed.client().clientId());
    NettyLoop loop = (NettyLoop) to.loop();
    if (loop.current()) {
      join(allowed, to);
      return;
    }
    var _ =
        on.deregister()
            .addListener(
                _ ->
                    loop.eventLoop()
                        .register(on)
                        .addListener(
                            moved -> {
                              if (moved.isSuccess()) {
                                join(allowed, to);
                              } else {
                                var _ = on.close();
                              }
                            }));
  }

  private void join(Joining.Allowed allowed, Lane to) {
    if (state == State.CLOSED) {
      return;
    }
    lane = to;
    Connecting client = allowed.client();
    packetBytesMax = requireNonNull(connect).properties().maximumPacketSize();
    allowed
        .broker()
        .clients()
        .connect(
            client,
            this,
            new Clients.Connected() {
              @Override
              public void connected(Session session, boolean present) {
                Connection.this.connected(allowed, session, present);
              }

              @Override
              public void refused(Closing why) {
                if (state != State.CLOSED) {
                  refuseConnect(client.clientId(), Farewell.reason(why), Farewell.text(why));
                }
              }
            });
  }

  private void connected(Joining.Allowed allowed, Session joined, boolean present) {
    Broker broker = allowed.broker();
    if (state == State.CLOSED) {
      broker.clients().disconnected(joined, this, true);
      return;
    }
    state = state.to(State.CONNECTED);
    noDeadline();
    session = joined;
    Authorization authorization = allowed.client().authorization();
    publisher = new Publisher(this, broker, authorization);
    subscriber = new Subscriber(this, broker, authorization);
    connect = null;
    send(new ConnAck(present, ReasonCode.SUCCESS, allowed.properties()));
    Channel on = requireNonNull(channel);
    authorization.onRevoked(
        () ->
            on.eventLoop()
                .execute(() -> fail(ReasonCode.NOT_AUTHORIZED, "its certificate was revoked")));
    if (allowed.keepAliveSeconds() > 0) {
      heardMillis = lane().nowMillis();
      watch(allowed.keepAliveSeconds() * 1500L);
    }
    // The session may have messages: they follow when this returns.
    on.eventLoop().execute(this::resume);
  }

  /** Closes when nothing was heard for so long [MQTT-3.1.2-22]. */
  private void watch(long silenceMillis) {
    lane()
        .wheel()
        .at(
            heardMillis + silenceMillis,
            () -> {
              if (state != State.CONNECTED) {
                return;
              }
              boolean blocked = paused;
              if (!blocked && heardMillis + silenceMillis <= lane().nowMillis()) {
                fail(
                    ReasonCode.KEEP_ALIVE_TIMEOUT,
                    "nothing was heard for " + silenceMillis / 1000 + " s");
                return;
              }
              if (blocked) {
                heardMillis = lane().nowMillis();
              }
              watch(silenceMillis);
            });
  }

  private void refuseConnect(String clientId, ReasonCode reason, String why) {
    refused("connect", clientId, "", why);
    ConnAckProperties properties = ConnAckProperties.because(Explanation.of(why));
    ByteBuf bytes = requireNonNull(channel).alloc().buffer(64);
    encoder.encode(new ConnAck(false, reason, properties), bytes);
    var _ = requireNonNull(channel).writeAndFlush(bytes);
    close();
  }

  void refused(String action, String clientId, String resource, String why) {
    String principal = transport.principal() == null ? "" : transport.principal().id();
    gateway.refusals().refused(transport.account(), action, clientId, resource, principal, why);
  }

  // Leaving.

  private void disconnect(Disconnect packet) {
    Long expiry = packet.sessionExpirySeconds();
    if (expiry != null) {
      if (!requireNonNull(publisher).broker().clients().expiry(session(), expiry, limits)) {
        fail(
            ReasonCode.PROTOCOL_ERROR,
            "a session that was to end with its connection cannot be kept [MQTT-3.14.2-2]");
        return;
      }
    }
    leave(packet.reason() == ReasonCode.DISCONNECT_WITH_WILL);
    close();
  }

  /** The client broke a rule, or may not do what it tries: says so in MQTT 5 and closes. */
  void fail(ReasonCode reason, String why) {
    if (state == State.CLOSED) {
      return;
    }
    LOG.log(
        System.Logger.Level.DEBUG,
        () -> "closing client=" + session + " " + transport.remote() + ": " + why);
    goodbye(reason, why);
    leave(true);
    close();
  }

  private void goodbye(ReasonCode reason, String why) {
    if (is5() && state == State.CONNECTED && reason.code() >= 0x80) {
      send(Disconnect.because(reason, Explanation.of(why)));
    }
  }

  private void leave(boolean lost) {
    Session mine = session;
    if (mine != null) {
      session = null;
      requireNonNull(publisher).broker().clients().disconnected(mine, this, lost);
    }
  }

  private void close() {
    if (state == State.CLOSED) {
      return;
    }
    state = state.to(State.CLOSED);
    noDeadline();
    flush();
    ByteBuf rest = unread;
    if (rest != null && !decoding) {
      unread = null;
      rest.release();
    }
    requireNonNull(channel).flush();
    var _ = requireNonNull(channel).close();
  }

  @Override
  public void close(Closing why) {
    goodbye(Farewell.reason(why), Farewell.text(why));
    session = null;
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    leave(true);
    close();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    ByteBuf rest = unread;
    if (rest != null) {
      unread = null;
      rest.release();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof java.io.IOException)) {
      LOG.log(System.Logger.Level.ERROR, "a connection failed: " + transport.remote(), cause);
    }
    fail(ReasonCode.UNSPECIFIED_ERROR, "the connection broke");
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Draining.INSTANCE) {
      fail(ReasonCode.SERVER_SHUTTING_DOWN, "the server stops");
    }
    ctx.fireUserEventTriggered(event);
  }

  // Writing.

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Session mine = session;
    if (mine != null && ctx.channel().isWritable()) {
      mine.writable();
    }
    ctx.fireChannelWritabilityChanged();
  }

  /** Sends any packet. */
  void send(Packet packet) {
    encoder.encode(packet, out(64));
  }

  Encoder encoder() {
    return encoder;
  }

  @Override
  public boolean properties() {
    return is5();
  }

  @Override
  public long packetBytesMax() {
    return packetBytesMax;
  }

  @Override
  public boolean writable() {
    return requireNonNull(channel).isWritable();
  }

  @Override
  public ByteBuf out(int bytes) {
    if (output().mark() && lane != null) {
      lane.dirty(this);
    }
    return output().room(bytes);
  }

  @Override
  public void append(ByteBuf piece) {
    output().append(piece);
  }

  @Override
  public void flush() {
    output().flush();
  }

  private Output output() {
    return requireNonNull(output);
  }

  @Override
  public void release(int packetId) {
    encoder.pubRel(out(4), packetId);
  }

  /** Hears that a release is durable, or cannot be. */
  void released(int packetId, Inbound.Released how) {
    if (state != State.CONNECTED) {
      return;
    }
    switch (how) {
      case KNOWN -> encoder.pubComp(out(4), packetId);
      case UNKNOWN ->
          send(new PubComp(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Explanation.NONE));
      case UNAVAILABLE -> fail(ReasonCode.SERVER_UNAVAILABLE, "the store is not available");
    }
  }

  boolean open() {
    return state == State.CONNECTED;
  }
}
