package io.thingstead.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.thingstead.domain.Domain;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the first TLS message: the host name in it chooses account and server certificate. */
final class Hello extends AbstractSniHandler<Optional<Domain>> {
  private static final int MAXIMUM_BYTES = 0xFFFF;

  /** Alert unrecognized_name, fatal, as a record of its own (RFC 6066 section 3). */
  private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

  /** Alert access_denied, fatal (RFC 8446 section 6.2). */
  private static final byte[] ACCESS_DENIED = {21, 3, 3, 0, 2, 2, 49};

  private final Network network;
  private final Handshaking handshaking;
  private final Role role;
  private boolean fromBrowser;

  /**
   * @param handshaking stands behind it in the pipeline and minds the time
   */
  Hello(Network network, Handshaking handshaking, Role role) {
    super(MAXIMUM_BYTES, 0);
    this.network = network;
    this.handshaking = handshaking;
    this.role = role;
  }

  @Override
  protected Future<Optional<Domain>> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf hello)
      throws Exception {
    fromBrowser = hello != null && BrowserHello.matches(hello);
    return super.lookup(ctx, hello);
  }

  @Override
  protected Future<Optional<Domain>> lookup(ChannelHandlerContext ctx, @Nullable String host) {
    return ctx.executor().newSucceededFuture(network.callers().domains().apply(nameOf(host)));
  }

  @Override
  protected void onLookupComplete(
      ChannelHandlerContext ctx, @Nullable String host, Future<Optional<Domain>> found) {
    String name = nameOf(host);
    if (found.getNow().isEmpty()) {
      handshaking.turnAway(ctx.channel(), Turned.UNKNOWN_HOST, unknown(name));
      end(ctx, UNRECOGNIZED_NAME);
      return;
    }
    Domain domain = found.getNow().get();
    if (!domain.enabled()) {
      handshaking.turnAway(
          ctx.channel(),
          Turned.DOMAIN_DISABLED,
          domain.account(),
          "domain configuration " + domain.configuration() + " of " + name + " is DISABLED");
      end(ctx, ACCESS_DENIED);
      return;
    }
    begin(ctx, domain, name);
  }

  private static void end(ChannelHandlerContext ctx, byte[] alert) {
    var _ =
        ctx.writeAndFlush(Unpooled.wrappedBuffer(alert)).addListener(ChannelFutureListener.CLOSE);
  }

  private void begin(ChannelHandlerContext ctx, Domain domain, String name) {
    Handshake handshake = new Handshake(domain, name, ctx.channel(), network);
    SslContext context = network.contexts().acquire(name, domain.securityPolicy());
    try {
      SslHandler tls = context.newHandler(ctx.alloc(), handshake);
      tls.setHandshakeTimeoutMillis(0); // the one behind us covers the hello too
      if (!asksForCertificate(domain)) {
        tls.engine().setWantClientAuth(false);
      }
      handshaking.begin(handshake, tls);
      ctx.pipeline().replace(this, "tls", tls);
    } finally {
      ReferenceCountUtil.release(context);
    }
  }

  /**
   * Only what offers the data plane knows callers by certificate; and a browser would ask the
   * person at it to choose one, whatever the page is, so it is asked only where all must show one.
   */
  private boolean asksForCertificate(Domain domain) {
    Boolean wanted = domain.wantsCertificate();
    return switch (role) {
      case DEVICE -> wanted == null || wanted;
      case ADMIN -> false;
      case ALL -> wanted == null ? !fromBrowser : wanted;
    };
  }

  private static String nameOf(@Nullable String host) {
    return host == null ? "" : host;
  }

  private static String unknown(String name) {
    return name.isEmpty()
        ? "the client names no host and there is no default account; it must send SNI"
        : "no account answers to the host name " + name;
  }
}
