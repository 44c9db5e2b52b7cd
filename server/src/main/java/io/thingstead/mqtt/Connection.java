package io.thingstead.mqtt;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.VouchedAuthorization;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Closing;
import io.thingstead.broker.DisconnectReason;
import io.thingstead.broker.Lane;
import io.thingstead.broker.Session;
import io.thingstead.event.Reason;
import io.thingstead.identity.Principal;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.net.Departure;
import io.thingstead.net.Draining;
import io.thingstead.net.Transport;
import io.thingstead.presence.Visit;
import io.thingstead.presence.Visitor;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: takes its packets to who answers them, and ends it. It begins on the
 * loop that accepted it; {@link Admission} moves it to the loop of its session before CONNACK.
 */
final class Connection extends ChannelInboundHandlerAdapter {
  private static final System.Logger LOG = System.getLogger(Connection.class.getName());
  private static final String UNREAD_ANSWERS =
      "the client does not read the answers to what it sends";

  private final Gateway gateway;
  private Transport transport;
  private final Profile profile;
  private final Limits limits;
  private final Input input;
  private final Admission admission;
  private State state = State.NEW;
  private @Nullable Channel channel;
  private @Nullable Output output;

  private @Nullable Lane lane;
  private @Nullable KeepAlive keepAlive;
  private @Nullable Session session;
  private @Nullable Visit visit;
  private @Nullable Authorization authorization;
  private @Nullable Publisher publisher;
  private @Nullable Subscriber subscriber;

  Connection(Gateway gateway, Transport transport, Profile profile, Limits limits) {
    this.gateway = gateway;
    this.transport = transport;
    this.profile = profile;
    this.limits = limits;
    this.input = new Input(this, limits.messages().packetBytes(), gateway.unfinished());
    this.admission = new Admission(this, gateway);
  }

  Transport transport() {
    return transport;
  }

  /** The client has proven who it is. */
  void isOf(@Nullable Principal caller) {
    if (caller != null) {
      transport = transport.of(transport.account(), caller);
    }
  }

  Profile profile() {
    return profile;
  }

  Limits limits() {
    return limits;
  }

  Channel channel() {
    return requireNonNull(channel);
  }

  Session session() {
    return requireNonNull(session);
  }

  Visit visit() {
    return requireNonNull(visit);
  }

  Lane lane() {
    return requireNonNull(lane);
  }

  Output output() {
    return requireNonNull(output);
  }

  Encoder encoder() {
    return output().encoder();
  }

  boolean is5() {
    return output().properties();
  }

  /** Whether CONNACK was sent and nothing has ended it since. */
  boolean open() {
    return state == State.CONNECTED;
  }

  boolean closed() {
    return state == State.CLOSED;
  }

  // Connecting.

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    output = new Output(this, ctx.channel());
    admission.begin();
  }

  void to(State next) {
    state = state.to(next);
  }

  /** From here on it is on the loop of its session. */
  void lives(Lane on, Broker broker) {
    lane = on;
    output().lives(on, broker.counters());
  }

  void connected(Joining.Allowed allowed, Session joined) {
    to(State.CONNECTED);
    session = joined;
    Authorization may = allowed.client().authorization();
    authorization = may;
    publisher = new Publisher(this, allowed.broker(), may);
    subscriber = new Subscriber(this, allowed.broker(), may);
    if (allowed.vouched() != null && authorization instanceof VouchedAuthorization given) {
      new VouchedTime(this, gateway, allowed.vouched(), given).watch();
    }
    if (allowed.keepAliveSeconds() > 0) {
      keepAlive = new KeepAlive(this, allowed.keepAliveSeconds());
    }
    visit =
        gateway
            .presences()
            .apply(transport.account())
            .arrived(
                joined,
                new Visitor(
                    nameInEvents(),
                    may.thing(),
                    transport.remote(),
                    transport.local(),
                    allowed.keepAliveSeconds()));
  }

  private String nameInEvents() {
    return transport.principal() == null ? "" : transport.principal().inEvents();
  }

  private String principalId() {
    return transport.principal() == null ? "" : transport.principal().id();
  }

  // Reading.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf bytes) || closed()) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (keepAlive != null) {
      keepAlive.heard();
    }
    if (publisher != null) {
      publisher.broker().counters().bytesIn.add(bytes.readableBytes());
    }
    input.read(bytes);
    if (!closed() && output().stuffed()) {
      account().counters().tooSlow.increment();
      refused("read", clientId(), "", UNREAD_ANSWERS);
      fail(DisconnectReason.THROTTLED, ReasonCode.QUOTA_EXCEEDED, UNREAD_ANSWERS);
    }
  }

  private Broker account() {
    return gateway.brokers().apply(transport.account());
  }

  private String clientId() {
    return session == null ? "" : session.clientId();
  }

  /** There is no room for what the client sends. */
  void outOfRoom(String why) {
    account().counters().unfinished.increment();
    refused("send", clientId(), "", why);
    fail(DisconnectReason.THROTTLED, ReasonCode.QUOTA_EXCEEDED, why);
  }

  /** Reads nothing more until {@link #resume}. */
  void pause() {
    input.pause();
  }

  void resume() {
    input.resume();
  }

  boolean paused() {
    return input.paused();
  }

  void malformed(PacketException e) {
    count(e.limit());
    if (state == State.NEW) {
      Version version = input.version();
      output().speaks(version == null ? Version.V3_1_1 : version);
      admission.refuse("", e.reason(), Reason.of(e.getMessage()));
    } else {
      if (!e.limit().isEmpty()) {
        refused("publish", session().clientId(), "", e.getMessage());
      }
      fail(e.reason(), e.getMessage());
    }
  }

  /** Counts that a limit was exceeded; an empty one is none. */
  void count(String limit) {
    if (!limit.isEmpty()) {
      account().counters().exceeded(limit);
    }
  }

  void on(Packet packet) {
    if (state == State.NEW) {
      admission.connect((Connect) packet);
      return;
    }
    switch (packet) {
      case Publish publish -> requireNonNull(publisher).publish(publish);
      case PubAck ack -> session().acknowledged(ack.packetId());
      case PubRec rec -> {
        if (!session().received(rec.packetId(), rec.reason().failed())) {
          // Also in MQTT 3, which cannot say that it is unknown: the client waits for it.
          send(
              new PubRel(rec.packetId(), ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Explanation.NONE));
        }
      }
      case PubRel rel -> requireNonNull(publisher).release(rel.packetId());
      case PubComp comp -> session().completed(comp.packetId());
      case Subscribe subscribe -> requireNonNull(subscriber).subscribe(subscribe);
      case Unsubscribe unsubscribe -> requireNonNull(subscriber).unsubscribe(unsubscribe);
      case PingReq _ -> encoder().pingResp(out(2));
      case Disconnect disconnect -> disconnect(disconnect);
      case Auth _ -> fail(ReasonCode.PROTOCOL_ERROR, "AUTH without an Authentication Method");
      case Connect _, ConnAck _, SubAck _, UnsubAck _, PingResp _ ->
          fail(ReasonCode.PROTOCOL_ERROR, "a packet out of place");
    }
  }

  // Leaving.

  void refused(String action, String clientId, String resource, String why) {
    refused(action, clientId, resource, Reason.of(why));
  }

  void refused(String action, String clientId, String resource, Reason why) {
    gateway.refusals().refused(transport.account(), action, clientId, resource, principalId(), why);
  }

  /** Tells of a client that its policies do not let in. */
  void notAuthorized(Joining.Refused refused) {
    if (refused.byPolicy()) {
      gateway
          .presences()
          .apply(transport.account())
          .refused(refused.clientId(), nameInEvents(), transport.remote().getAddress());
    }
  }

  /** The client is read no further for a while. */
  void slowed(String limit) {
    String clientId = session().clientId();
    requireNonNull(publisher)
        .broker()
        .exceeded(limit, () -> "client " + clientId + " is read more slowly");
  }

  /** The client did more than a limit allows. */
  void exceeded(String limit, String resource, String why) {
    count(limit);
    refused("publish", session().clientId(), resource, why);
  }

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
    // Only a normal disconnection withdraws the will [MQTT-3.14.4-3].
    leave(DisconnectReason.CLIENT_INITIATED_DISCONNECT, packet.reason() != ReasonCode.SUCCESS);
    closeAtOnce();
  }

  /** The client broke a rule, or may not do what it tries: says so in MQTT 5 and closes. */
  void fail(ReasonCode reason, String why) {
    fail(Farewell.reason(reason), reason, why);
  }

  /**
   * Ends the connection.
   *
   * @param end what life-cycle events call it
   * @param reason what DISCONNECT of MQTT 5 says
   * @param why for people
   */
  void fail(DisconnectReason end, ReasonCode reason, String why) {
    if (closed()) {
      return;
    }
    LOG.log(
        System.Logger.Level.DEBUG,
        () -> "closing client=" + session + " " + transport.remote() + ": " + why);
    goodbye(reason, why);
    leave(end);
    close();
  }

  private void goodbye(ReasonCode reason, String why) {
    if (is5() && open() && reason.code() >= 0x80) {
      output().send(Disconnect.because(reason, Explanation.of(why)));
    }
  }

  private void leave(DisconnectReason end) {
    leave(end, end.sendsWill());
  }

  private void leave(DisconnectReason end, boolean will) {
    Session mine = session;
    if (mine != null) {
      session = null;
      requireNonNull(publisher).broker().clients().disconnected(mine, output(), will);
      visit().left(end);
    }
  }

  /** Closes so that the client can read what was sent last. */
  void close() {
    if (!closed()) {
      end();
      Lingering.close(channel());
    }
  }

  /** The client has said goodbye: there is nothing left that it would read. */
  private void closeAtOnce() {
    if (!closed()) {
      end();
      var _ = channel().close();
    }
  }

  private void end() {
    to(State.CLOSED);
    admission.end();
    if (keepAlive != null) {
      keepAlive.end();
    }
    if (authorization != null) {
      authorization.over();
    }
    output().flush();
    input.close();
  }

  /** The broker ends it, and has detached the session already. */
  void close(Closing why) {
    goodbye(Farewell.reason(why), Farewell.text(why));
    session = null;
    visit().left(why.reason());
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    leave(DisconnectReason.CONNECTION_LOST);
    close();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    input.release();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    boolean ours = !(cause instanceof java.io.IOException);
    if (ours) {
      LOG.log(System.Logger.Level.ERROR, "a connection failed: " + transport.remote(), cause);
    }
    fail(
        ours ? DisconnectReason.SERVER_ERROR : DisconnectReason.CONNECTION_LOST,
        ReasonCode.UNSPECIFIED_ERROR,
        "the connection broke");
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    switch (event) {
      case Draining.INSTANCE -> fail(ReasonCode.SERVER_SHUTTING_DOWN, "the server stops");
      case Departure(var cause, var why) -> depart(cause, why);
      default -> {}
    }
    ctx.fireUserEventTriggered(event);
  }

  private void depart(Departure.Cause cause, String why) {
    switch (cause) {
      case CLIENT_LEFT -> {
        leave(DisconnectReason.CLIENT_INITIATED_DISCONNECT);
        closeAtOnce();
      }
      case LIFETIME_OVER ->
          fail(DisconnectReason.WEBSOCKET_TTL_EXPIRATION, ReasonCode.MAXIMUM_CONNECT_TIME, why);
      case REVOKED -> {
        refused("connect", clientId(), "", why);
        fail(DisconnectReason.FORBIDDEN_ACCESS, ReasonCode.NOT_AUTHORIZED, why);
      }
      case CLIENT_ERROR -> fail(ReasonCode.PROTOCOL_ERROR, why);
    }
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

  /** Sends any packet; ends a connection whose client does not take one of that size. */
  void send(Packet packet) {
    if (!output().send(packet)) {
      fail(
          ReasonCode.PACKET_TOO_LARGE,
          "the client's Maximum Packet Size has no room for "
              + packet.getClass().getSimpleName()
              + " [MQTT-3.1.2-24]");
    }
  }

  /** A buffer with room for so many bytes, to be written at once. */
  ByteBuf out(int bytes) {
    return output().out(bytes);
  }
}
