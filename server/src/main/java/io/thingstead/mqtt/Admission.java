package io.thingstead.mqtt;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.channel.Channel;
import io.thingstead.broker.Clients;
import io.thingstead.broker.Closing;
import io.thingstead.broker.Connecting;
import io.thingstead.broker.Lane;
import io.thingstead.broker.Session;
import io.thingstead.event.Reason;
import io.thingstead.event.Tries;
import io.thingstead.model.Profile;
import java.net.InetAddress;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A connection's way from accepted to connected: CONNECT is judged (off the loop, if the disk must
 * be read for it), the channel moves to the loop of its session, the session is made ready, CONNACK
 * goes out.
 */
final class Admission {
  /** Seconds a client has to become connected, from when its connection was accepted. */
  static final int CONNECT_SECONDS_MAX = 10;

  private final Connection connection;
  private final Gateway gateway;
  private @Nullable Connect connect;
  private @Nullable Future<?> deadline;

  Admission(Connection connection, Gateway gateway) {
    this.connection = connection;
    this.gateway = gateway;
  }

  private Channel channel() {
    return connection.channel();
  }

  /** The client has connected its socket; on the loop that accepted it. */
  void begin() {
    deadline = channel().eventLoop().schedule(this::overdue, CONNECT_SECONDS_MAX, SECONDS);
  }

  /** Ends the wait for the client. */
  void end() {
    connect = null;
    Future<?> pending = deadline;
    if (pending != null) {
      deadline = null;
      pending.cancel(false);
    }
  }

  /** The time to become connected is over; on the loop that accepted the connection. */
  private void overdue() {
    if (channel().eventLoop().inEventLoop()) {
      closeOverdue();
    } else {
      // It was moved meanwhile.
      channel().eventLoop().execute(this::closeOverdue);
    }
  }

  private void closeOverdue() {
    if (connection.open() || connection.closed()) {
      return;
    }
    String why = "it was not connected within " + CONNECT_SECONDS_MAX + " s";
    connection.refused("connect", connect == null ? "" : connect.clientId(), "", why);
    connection.fail(ReasonCode.UNSPECIFIED_ERROR, why);
  }

  /** The first packet. */
  void connect(Connect packet) {
    connect = packet;
    connection.output().speaks(packet);
    connection.to(State.AUTHORIZING);
    connection.pause();
    Joining join =
        new Joining(
            gateway, connection.transport(), connection.profile(), connection.limits(), packet);
    Channel on = channel();
    Joining.Answer known = join.decideIfRemembered();
    if (known != null) {
      // Two threads need not be woken for it.
      decided(known);
      return;
    }
    gateway
        .blocking()
        .execute(
            () -> {
              Joining.Answer answer = join.decide();
              on.eventLoop()
                  .execute(
                      () -> {
                        connection.isOf(join.caller());
                        decided(answer);
                      });
            });
  }

  private void decided(Joining.Answer answer) {
    if (connection.closed()) {
      return;
    }
    switch (answer) {
      case Joining.Refused refused -> {
        connection.notAuthorized(refused);
        if (refused.reason() == ReasonCode.NOT_AUTHORIZED && !refused.byPolicy()) {
          refuseStranger(refused);
        } else {
          refuse(refused.clientId(), refused.reason(), refused.why());
        }
      }
      case Joining.Allowed allowed -> {
        if (allowed.vouched() != null) {
          gateway.tries().proven(from());
        }
        move(allowed);
      }
    }
  }

  private InetAddress from() {
    return connection.transport().remote().getAddress();
  }

  /** Who has not proven who it is, and fails too often, waits for its answer, or hears less. */
  private void refuseStranger(Joining.Refused refused) {
    switch (gateway.tries().failed(connection.transport().account(), from())) {
      case FREE -> refuse(refused.clientId(), refused.reason(), refused.why());
      case SLOWED -> {
        var _ =
            channel()
                .eventLoop()
                .schedule(
                    () -> {
                      if (!connection.closed()) {
                        refuse(refused.clientId(), refused.reason(), refused.why());
                      }
                    },
                    Tries.DELAY.toMillis(),
                    MILLISECONDS);
      }
      case SHUT ->
          refuse(
              refused.clientId(),
              ReasonCode.CONNECTION_RATE_EXCEEDED,
              Reason.of(
                  "too many from its address failed to prove who they are: wait "
                      + gateway.tries().retryAfterSeconds(from())
                      + " s"));
    }
  }

  /** Goes to the loop where the client's session lives. */
  private void move(Joining.Allowed allowed) {
    connection.to(State.JOINING);
    Channel on = channel();
    Lane to = allowed.broker().clients().lane(allowed.client().clientId());
    NettyLoop loop = (NettyLoop) to.loop();
    if (loop.current()) {
      join(allowed, to);
      return;
    }
    on.config().setAutoRead(false);
    // Netty may have queued a read on this loop: it must come before the channel is another loop's.
    var _ =
        on.deregister()
            .addListener(_ -> on.eventLoop().execute(() -> register(on, loop, allowed, to)));
  }

  private void register(Channel on, NettyLoop loop, Joining.Allowed allowed, Lane to) {
    var _ =
        loop.eventLoop()
            .register(on)
            .addListener(
                moved -> {
                  if (moved.isSuccess()) {
                    join(allowed, to);
                  } else {
                    var _ = on.close();
                  }
                });
  }

  private void join(Joining.Allowed allowed, Lane to) {
    if (connection.closed()) {
      return;
    }
    connection.lives(to, allowed.broker());
    Connecting client = allowed.client();
    allowed
        .broker()
        .clients()
        .connect(
            client,
            connection.output(),
            new Clients.Connected() {
              @Override
              public void connected(Session session, boolean present) {
                Admission.this.connected(allowed, session, present);
              }

              @Override
              public void refused(Closing why) {
                if (!connection.closed()) {
                  Reason said = Reason.of(Farewell.text(why));
                  refuse(client.clientId(), Farewell.reason(why), said);
                }
              }
            });
  }

  private void connected(Joining.Allowed allowed, Session session, boolean present) {
    if (connection.closed()) {
      allowed.broker().clients().disconnected(session, connection.output(), true);
      return;
    }
    end();
    if (!connection.output().send(new ConnAck(present, ReasonCode.SUCCESS, allowed.properties()))) {
      // Nor may a DISCONNECT come before it [MQTT-3.14.0-1].
      String why = "the client's Maximum Packet Size has no room for CONNACK [MQTT-3.1.2-24]";
      connection.refused("connect", session.clientId(), "", why);
      allowed.broker().clients().disconnected(session, connection.output(), true);
      connection.close();
      return;
    }
    connection.connected(allowed, session);
    Channel on = channel();
    allowed
        .client()
        .authorization()
        .onRevoked(
            () ->
                on.eventLoop()
                    .execute(
                        () ->
                            connection.fail(
                                ReasonCode.NOT_AUTHORIZED, "its certificate was revoked")));
    // The session may have messages: they follow when this returns.
    on.eventLoop().execute(connection::resume);
  }

  /** Answers with a CONNACK that says no, and closes. */
  void refuse(String clientId, ReasonCode reason, Reason why) {
    connection.refused("connect", clientId, "", why);
    Output output = connection.output();
    boolean five = output.properties();
    boolean cloud = connection.profile() == Profile.AWS && reason == ReasonCode.NOT_AUTHORIZED;
    if (!five && cloud) {
      output.connAck(ReturnCode.CLOUD_NOT_AUTHORIZED);
    } else if (five || ReturnCode.tells(reason)) {
      output.send(
          new ConnAck(false, reason, ConnAckProperties.because(Explanation.of(why.text()))));
    }
    connection.close();
  }
}
