package io.thingstead.net;

import io.netty.channel.Channel;
import io.thingstead.domain.Domain;
import io.thingstead.event.Tries;
import io.thingstead.event.Whence;
import io.thingstead.identity.CertificateLookup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One connection's TLS handshake: runs its tasks off the event loop, and judges the certificate the
 * client shows, in the account it asked for. The trust manager, which all connections share, finds
 * the handshake it works for because the task that calls it carries it along.
 */
final class Handshake implements Executor {
  private static final ScopedValue<Handshake> CURRENT = ScopedValue.newInstance();

  private final Domain domain;
  private final String domainName;
  private final Channel channel;
  private final Network network;
  private boolean begun;
  private volatile String certificateId = "";
  private volatile @Nullable CertificateLookup verdict;

  /**
   * @param domainName what SNI asked for, or empty
   * @param channel the connection, whose other end is known
   */
  Handshake(Domain domain, String domainName, Channel channel, Network network) {
    this.domain = domain;
    this.domainName = domainName;
    this.channel = channel;
    this.network = network;
  }

  Domain domain() {
    return domain;
  }

  String domainName() {
    return domainName;
  }

  /** Lower-case hex SHA-256 of the certificate shown, or empty. */
  String certificateId() {
    return certificateId;
  }

  /** What was found of the certificate; null when none has been shown in this handshake. */
  @Nullable CertificateLookup verdict() {
    return verdict;
  }

  /** Late for the first time, if many from the client's address have failed. On its event loop. */
  @Override
  public void execute(Runnable task) {
    InetAddress from = from();
    Runnable carried = () -> Whence.run(from, () -> ScopedValue.where(CURRENT, this).run(task));
    if (!begun && network.tries().slows(from)) {
      var _ =
          channel
              .eventLoop()
              .schedule(
                  () -> network.tasks().execute(carried),
                  Tries.DELAY.toMillis(),
                  TimeUnit.MILLISECONDS);
    } else {
      network.tasks().execute(carried);
    }
    begun = true;
  }

  private InetAddress from() {
    return channel.remoteAddress() instanceof InetSocketAddress remote
        ? remote.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  /** The client has not proven who it is. */
  void failed() {
    var _ = network.tries().failed(domain.account(), from());
  }

  /** The client has shown a certificate that may be used, and has its key. */
  void proven() {
    network.tries().proven(from());
  }

  /** Looks the leaf of a chain up and remembers what was found; may block. */
  CertificateLookup judge(List<X509Certificate> chain) {
    certificateId = sha256(chain.getFirst());
    CertificateLookup found = network.callers().certificates().apply(domain, chain);
    verdict = found;
    return found;
  }

  private static String sha256(X509Certificate certificate) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException("a certificate cannot be hashed", e);
    }
  }

  /**
   * Accepts exactly the certificates that are registered, or that a registered authority registers
   * by its word; names no authority in the request.
   */
  static final class Trust extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      if (!CURRENT.isBound()) {
        throw new CertificateException("a client certificate outside of a handshake's task");
      }
      switch (CURRENT.get().judge(List.of(chain))) {
        case CertificateLookup.Known _ -> {}
        case CertificateLookup.Refused(String why) -> throw new CertificateException(why);
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw unused();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      throw unused();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw unused();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      throw unused();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      throw unused();
    }

    private static CertificateException unused() {
      return new CertificateException("only client certificates, of TLS engines, are judged here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
