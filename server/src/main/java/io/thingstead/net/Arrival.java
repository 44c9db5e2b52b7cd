package io.thingstead.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.thingstead.domain.Domain;
import io.thingstead.identity.Principal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Lets a new connection of one port in, if there is room, and sets up how it is received. */
final class Arrival extends ChannelInitializer<Channel> {
  private final Network network;
  private final Listener listener;
  private final Occupancy occupancy;
  private final ChannelGroup open;

  Arrival(Network network, Listener listener, Occupancy occupancy, ChannelGroup open) {
    this.network = network;
    this.listener = listener;
    this.occupancy = occupancy;
    this.open = open;
  }

  @Override
  protected void initChannel(Channel channel) {
    if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
      var _ = channel.close(); // gone before it was accepted
      return;
    }
    InetAddress address = remote.getAddress();
    boolean room = occupancy.enter(address);
    var _ = channel.closeFuture().addListener(_ -> occupancy.leave(address));
    if (!room) {
      turnAway(channel, remote);
      return;
    }
    open.add(channel);
    switch (listener.security()) {
      case Listener.Security.Tls _ when network.tries().turnsAway(address) -> {
        network
            .doorman()
            .turnAway(
                Turned.TOO_MANY_FAILURES,
                remote,
                "too many from its address failed to prove who they are");
        var _ = channel.close();
      }
      case Listener.Security.Tls _ -> {
        Handshaking handshaking = new Handshaking(network, listener);
        channel.pipeline().addLast(new Hello(network, handshaking, listener.role()), handshaking);
      }
      case Listener.Security.Plain plain -> receivePlain(channel, remote, plain);
    }
  }

  private void turnAway(Channel channel, InetSocketAddress remote) {
    boolean full = occupancy.full();
    network
        .doorman()
        .turnAway(
            full ? Turned.TOO_MANY_CONNECTIONS : Turned.TOO_MANY_FROM_ADDRESS,
            remote,
            full
                ? "there are already %d connections".formatted(network.limits().connections())
                : "there are already %d connections from %s"
                    .formatted(
                        network.limits().connectionsPerAddress(),
                        remote.getAddress().getHostAddress()));
    var _ = channel.close();
  }

  private void receivePlain(
      Channel channel, InetSocketAddress remote, Listener.Security.Plain plain) {
    Optional<Domain> domain = network.callers().domains().apply("");
    if (domain.isEmpty()) {
      network
          .doorman()
          .turnAway(Turned.UNKNOWN_HOST, remote, "a plain port serves the default account only");
      var _ = channel.close();
      return;
    }
    Transport transport =
        new Transport(
            listener,
            domain.get(),
            new Principal.Anonymous(plain.anonymous()),
            "",
            "",
            "",
            remote,
            (InetSocketAddress) channel.localAddress());
    channel.pipeline().addLast(new FirstByte(network, transport));
  }
}
