package io.thingstead.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;

/** Puts a protocol's handlers at the end of a pipeline, in place of the one that detected it. */
final class Switchboard {
  private final Protocols protocols;
  private final NetLimits limits;
  private final Doorman doorman;

  Switchboard(Protocols protocols, NetLimits limits, Doorman doorman) {
    this.protocols = protocols;
    this.limits = limits;
    this.doorman = doorman;
  }

  /**
   * Adds the handlers, or turns the connection away if the port does not carry the protocol. The
   * caller then passes on what it has read, and removes itself.
   *
   * @return whether the handlers were added
   */
  boolean connect(ChannelHandlerContext ctx, Protocol protocol, Transport transport) {
    if (!offered(protocol, transport)) {
      turnAway(protocol, transport);
      var _ = ctx.close();
      return false;
    }
    ChannelPipeline pipeline = ctx.pipeline();
    switch (protocol) {
      case MQTT -> pipeline.addLast(protocols.mqtt().apply(transport));
      case HTTP, WEBSOCKET -> pipeline.addLast(codec(), protocols.http().apply(transport));
    }
    return true;
  }

  private static boolean offered(Protocol protocol, Transport transport) {
    return transport.carries(protocol)
        || (protocol == Protocol.HTTP && transport.carries(Protocol.WEBSOCKET));
  }

  private void turnAway(Protocol protocol, Transport transport) {
    if (transport.listener().carries(protocol)) {
      doorman.turnAway(
          Turned.PROTOCOL_NOT_OFFERED,
          transport.account(),
          "",
          transport.remote(),
          "domain configuration %s has applicationProtocol %s, which is not %s"
              .formatted(
                  transport.domain().configuration(),
                  transport.domain().applicationProtocol(),
                  protocol));
      return;
    }
    doorman.turnAway(
        Turned.PROTOCOL_NOT_OFFERED,
        transport.remote(),
        "the port %s does not offer %s".formatted(transport.local(), protocol));
  }

  private HttpServerCodec codec() {
    return new HttpServerCodec(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.requestLineBytes())
            .setMaxHeaderSize(limits.headerBytes()));
  }
}
