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
import io.thingstead.account.Account;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the first TLS message: the host name in it chooses account and server certificate. */
final class Hello extends AbstractSniHandler<Optional<Account>> {
  private static final int MAXIMUM_BYTES = 0xFFFF;

  /** Alert unrecognized_name, fatal, as a record of its own (RFC 6066 section 3). */
  private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

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
  protected Future<Optional<Account>> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf hello)
      throws Exception {
    fromBrowser = hello != null && BrowserHello.matches(hello);
    return super.lookup(ctx, hello);
  }

  @Override
  protected Future<Optional<Account>> lookup(ChannelHandlerContext ctx, @Nullable String host) {
    return ctx.executor().newSucceededFuture(network.callers().accounts().apply(nameOf(host)));
  }

  @Override
  protected void onLookupComplete(
      ChannelHandlerContext ctx, @Nullable String host, Future<Optional<Account>> found) {
    String name = nameOf(host);
    Optional<Account> account = found.getNow();
    if (account.isEmpty()) {
      handshaking.turnAway(ctx.channel(), Turned.UNKNOWN_HOST, unknown(name));
      var _ =
          ctx.writeAndFlush(Unpooled.wrappedBuffer(UNRECOGNIZED_NAME))
              .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    Handshake handshake = new Handshake(account.get(), name, network);
    SslContext context = network.contexts().acquire(name);
    try {
      SslHandler tls = context.newHandler(ctx.alloc(), handshake);
      tls.setHandshakeTimeoutMillis(0); // the one behind us covers the hello too
      if (!asksForCertificate()) {
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
   * person at it to choose one, whatever the page is.
   */
  private boolean asksForCertificate() {
    return switch (role) {
      case DEVICE -> true;
      case ADMIN -> false;
      case ALL -> !fromBrowser;
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
