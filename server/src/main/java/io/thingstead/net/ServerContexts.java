package io.thingstead.net;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import io.thingstead.identity.ServerIdentity;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * The TLS settings of all ports with TLS: BoringSSL where it loads, the JDK's TLS elsewhere. They
 * can be replaced at any time; open connections keep the old ones until they close. Any thread may
 * use it.
 */
public final class ServerContexts implements AutoCloseable {
  private static final int SUBJECT_NAME_DNS = 2;

  private final SslProvider provider;
  private volatile List<Entry> entries = List.of();

  /** One identity and the host names it covers, lower case. */
  private record Entry(Set<String> names, SslContext context) {}

  /**
   * @param identities at least one; see {@link #replace}
   */
  public ServerContexts(List<ServerIdentity> identities) {
    this(OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK, identities);
  }

  ServerContexts(SslProvider provider, List<ServerIdentity> identities) {
    this.provider = provider;
    replace(identities);
  }

  /**
   * Uses other identities for connections to come: for each, the first whose certificate names the
   * host the client asks for, or else the first of all.
   *
   * @throws IllegalArgumentException when one cannot be used; nothing has changed then
   */
  public synchronized void replace(List<ServerIdentity> identities) {
    if (identities.isEmpty()) {
      throw new IllegalArgumentException("a TLS port needs a server certificate");
    }
    List<Entry> next = new ArrayList<>();
    try {
      for (ServerIdentity identity : identities) {
        next.add(new Entry(names(identity.leaf()), build(identity)));
      }
    } catch (SSLException | CertificateParsingException | RuntimeException e) {
      release(next);
      throw new IllegalArgumentException("the server certificate cannot be used: " + e, e);
    }
    List<Entry> previous = entries;
    entries = List.copyOf(next);
    release(previous);
  }

  private SslContext build(ServerIdentity identity) throws SSLException {
    return SslContextBuilder.forServer(identity.key(), identity.chain())
        .sslProvider(provider)
        .protocols("TLSv1.3", "TLSv1.2")
        .clientAuth(ClientAuth.OPTIONAL)
        .trustManager(new Handshake.Trust())
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                Alpn.names()))
        .build();
  }

  private static Set<String> names(X509Certificate leaf) throws CertificateParsingException {
    Set<String> names = new HashSet<>();
    var alternatives = leaf.getSubjectAlternativeNames();
    if (alternatives != null) {
      for (List<?> name : alternatives) {
        if (name.get(0) instanceof Integer type && type == SUBJECT_NAME_DNS) {
          names.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
        }
      }
    }
    return names;
  }

  /**
   * The settings for a host name; the caller releases them.
   *
   * @param host lower case, or empty
   */
  SslContext acquire(String host) {
    while (true) {
      SslContext context = find(entries, host);
      try {
        ReferenceCountUtil.retain(context);
        return context;
      } catch (IllegalReferenceCountException _) {
        // Replaced and released since it was found: look again, unless all is closed.
        if (entries.isEmpty()) {
          throw new IllegalStateException("the server has been closed");
        }
      }
    }
  }

  private static SslContext find(List<Entry> entries, String host) {
    for (Entry entry : entries) {
      if (covers(entry.names(), host)) {
        return entry.context();
      }
    }
    return entries.getFirst().context();
  }

  /** By name or by a wildcard for the first label (RFC 6125 section 6.4.3). */
  private static boolean covers(Set<String> names, String host) {
    int dot = host.indexOf('.');
    return names.contains(host) || (dot > 0 && names.contains("*" + host.substring(dot)));
  }

  private static void release(List<Entry> entries) {
    entries.forEach(entry -> ReferenceCountUtil.release(entry.context()));
  }

  /** After the last connection. */
  @Override
  public synchronized void close() {
    List<Entry> previous = entries;
    entries = List.of();
    release(previous);
  }
}
