package io.thingstead.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.thingstead.account.Account;
import io.thingstead.identity.CertificateLookup;
import io.thingstead.identity.Principal;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Stands behind TLS until its handshake is over, minds the time it takes, and then gives way to the
 * protocol, or to the search for it. Whoever fails is counted and told of, once.
 */
final class Handshaking extends ChannelInboundHandlerAdapter {
  private final Network network;
  private final Listener listener;
  private final Queue<Object> early = new ArrayDeque<>(0);
  private boolean over;
  private @Nullable Handshake handshake;
  private @Nullable SslHandler tls;
  private @Nullable ScheduledFuture<?> deadline;

  Handshaking(Network network, Listener listener) {
    this.network = network;
    this.listener = listener;
  }

  /** The client's hello has been read. */
  void begin(Handshake handshake, SslHandler tls) {
    this.handshake = handshake;
    this.tls = tls;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    long millis = network.limits().handshake().toMillis();
    deadline =
        ctx.executor()
            .schedule(
                () -> {
                  turnAway(
                      ctx.channel(),
                      Turned.HANDSHAKE_TIMEOUT,
                      "the TLS handshake took longer than " + millis + " ms");
                  var _ = ctx.close();
                },
                millis,
                TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    early.forEach(ReferenceCountUtil::release);
    early.clear();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    switch (event) {
      case SslHandshakeCompletionEvent completion when completion.isSuccess() -> completed(ctx);
      case SslHandshakeCompletionEvent completion -> failed(ctx, completion.cause());
      case SniCompletionEvent hello when !hello.isSuccess() -> failed(ctx, hello.cause());
      case Draining.INSTANCE -> {
        var _ = ctx.close();
      }
      default -> {}
    }
  }

  private void completed(ChannelHandlerContext ctx) {
    if (over || handshake == null || tls == null) {
      return;
    }
    Handshake known = handshake;
    List<X509Certificate> chain = chain(tls);
    CertificateLookup verdict = known.verdict();
    if (chain.isEmpty() || verdict != null) {
      proceed(ctx, known, tls, chain.isEmpty() ? null : verdict);
      return;
    }
    // A resumed session shows no certificate again, though it may have been revoked since.
    SslHandler handler = tls;
    ctx.channel().config().setAutoRead(false);
    known.execute(
        () -> {
          CertificateLookup found = known.judge(chain);
          ctx.executor().execute(() -> proceed(ctx, known, handler, found));
        });
  }

  /** What the client showed, its own certificate first; empty when it showed none. */
  static List<X509Certificate> chain(SslHandler tls) {
    try {
      return Arrays.stream(tls.engine().getSession().getPeerCertificates())
          .filter(X509Certificate.class::isInstance)
          .map(X509Certificate.class::cast)
          .toList();
    } catch (SSLPeerUnverifiedException _) {
      return List.of();
    }
  }

  private void proceed(
      ChannelHandlerContext ctx,
      Handshake known,
      SslHandler handler,
      @Nullable CertificateLookup verdict) {
    if (over || ctx.isRemoved() || !ctx.channel().isOpen()) {
      return;
    }
    Principal principal = null;
    String inactive = "";
    switch (verdict) {
      case null -> {}
      case CertificateLookup.Known(Principal.Certificate certificate, var _, String whyNot) -> {
        principal = certificate;
        inactive = whyNot;
        if (certificate.active()) {
          known.proven();
        }
      }
      case CertificateLookup.Refused _ -> {
        failed(ctx, null);
        var _ = ctx.close();
        return;
      }
    }
    over = true;
    String agreed = handler.applicationProtocol();
    String alpn = agreed == null ? "" : agreed;
    Channel channel = ctx.channel();
    Transport transport =
        new Transport(
            listener,
            known.domain(),
            principal,
            inactive,
            known.domainName(),
            alpn,
            (InetSocketAddress) channel.remoteAddress(),
            (InetSocketAddress) channel.localAddress());
    giveWay(ctx, transport);
  }

  private void giveWay(ChannelHandlerContext ctx, Transport transport) {
    Protocol protocol = Alpn.protocol(transport.alpn());
    if (protocol == null) {
      ctx.pipeline().addLast(new FirstByte(network, transport));
    } else if (!network.switchboard().connect(ctx, protocol, transport)) {
      return;
    }
    for (Object read = early.poll(); read != null; read = early.poll()) {
      ctx.fireChannelRead(read);
    }
    ctx.pipeline().remove(this);
    ctx.channel().config().setAutoRead(true);
  }

  /** Something that arrived while a resumed session's certificate is looked up. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    early.add(message);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    failed(ctx, cause);
    var _ = ctx.close();
  }

  /** Tells of a failure once; TLS itself sends the alert and closes. */
  private void failed(ChannelHandlerContext ctx, @Nullable Throwable cause) {
    if (over) {
      return;
    }
    if (handshake != null && handshake.verdict() instanceof CertificateLookup.Refused(String why)) {
      over = true;
      handshake.failed();
      network
          .doorman()
          .turnAway(
              Turned.CERTIFICATE_REFUSED,
              handshake.domain().account(),
              handshake.certificateId(),
              ctx.channel().remoteAddress(),
              why);
      return;
    }
    if (handshake != null && handshake.verdict() != null) {
      handshake.failed(); // a certificate, and no proof that its key is there
    }
    boolean plain = causeOf(cause) instanceof NotSslRecordException;
    turnAway(
        ctx.channel(),
        plain ? Turned.NOT_TLS : Turned.HANDSHAKE_FAILED,
        plain
            ? "the client does not speak TLS on a TLS port"
            : "the TLS handshake failed: " + causeOf(cause));
  }

  /** Tells once why the connection is closed. */
  void turnAway(Channel channel, Turned reason, String why) {
    if (!over) {
      over = true;
      network.doorman().turnAway(reason, channel.remoteAddress(), why);
    }
  }

  /** The same of an account's endpoint. */
  void turnAway(Channel channel, Turned reason, Account account, String why) {
    if (!over) {
      over = true;
      network.doorman().turnAway(reason, account, "", channel.remoteAddress(), why);
    }
  }

  private static @Nullable Throwable causeOf(@Nullable Throwable thrown) {
    return thrown != null && thrown.getCause() != null ? thrown.getCause() : thrown;
  }
}
