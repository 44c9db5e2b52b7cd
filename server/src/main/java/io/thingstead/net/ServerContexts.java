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
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import io.thingstead.domain.Certified;
import io.thingstead.domain.SecurityPolicy;
import io.thingstead.identity.ServerIdentity;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS settings of all ports with TLS: BoringSSL where it loads, the JDK's TLS elsewhere. They
 * can be replaced at any time; open connections keep the old ones until they close. Any thread may
 * use it.
 */
public final class ServerContexts implements AutoCloseable {
  private static final int SUBJECT_NAME_DNS = 2;

  // BoringSSL sends tickets with the first answer, and Netty takes them from it in some fifty
  // pieces
  // for each connection. Netty reads the property once, so it is set before it looks. AWS sends no
  // tickets either.
  static {
    System.setProperty("jdk.tls.server.enableSessionTicketExtension", "false");
  }

  private final SslProvider provider;

  /** Of host names that are shown a certificate of their own. */
  private final Map<String, SslContext> domains = new ConcurrentHashMap<>();

  private List<ServerIdentity> identities = List.of();

  /** Of all other host names, by the policy that they want. */
  private volatile Map<SecurityPolicy, List<Entry>> entries = Map.of();

  private volatile boolean closed;

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
  public synchronized void replace(List<ServerIdentity> next) {
    if (next.isEmpty()) {
      throw new IllegalArgumentException("a TLS port needs a server certificate");
    }
    Map<SecurityPolicy, List<Entry>> made = new EnumMap<>(SecurityPolicy.class);
    try {
      made.put(SecurityPolicy.DEFAULT, build(next, SecurityPolicy.DEFAULT));
      for (SecurityPolicy used : entries.keySet()) {
        if (used != SecurityPolicy.DEFAULT) {
          made.put(used, build(next, used));
        }
      }
    } catch (IllegalArgumentException e) {
      made.values().forEach(ServerContexts::release);
      throw e;
    }
    Map<SecurityPolicy, List<Entry>> previous = entries;
    identities = List.copyOf(next);
    entries = made;
    previous.values().forEach(ServerContexts::release);
  }

  /**
   * Shows another certificate to those who ask for a host name from now on.
   *
   * @param host lower case
   * @throws IllegalArgumentException when it cannot be used; nothing has changed then
   */
  public synchronized void put(String host, Certified certified) {
    if (closed) {
      return;
    }
    SslContext previous = domains.put(host, build(certified.identity(), certified.policy()));
    if (previous != null) {
      ReferenceCountUtil.release(previous);
    }
  }

  /** A host name is shown what all others are. */
  public synchronized void remove(String host) {
    SslContext previous = domains.remove(host);
    if (previous != null) {
      ReferenceCountUtil.release(previous);
    }
  }

  /**
   * Finds out whether an identity can be used.
   *
   * @throws IllegalArgumentException when it cannot
   */
  public void tryOut(ServerIdentity identity) {
    ReferenceCountUtil.release(build(identity, SecurityPolicy.DEFAULT));
  }

  private List<Entry> build(List<ServerIdentity> all, SecurityPolicy policy) {
    List<Entry> made = new ArrayList<>();
    try {
      for (ServerIdentity identity : all) {
        made.add(new Entry(names(identity.leaf()), build(identity, policy)));
      }
      return List.copyOf(made);
    } catch (IllegalArgumentException | CertificateParsingException e) {
      release(made);
      throw new IllegalArgumentException("the server certificate cannot be used: " + e, e);
    }
  }

  private SslContext build(ServerIdentity identity, SecurityPolicy policy) {
    try {
      return SslContextBuilder.forServer(identity.key(), identity.chain())
          .sslProvider(provider)
          .protocols(policy.versions())
          .ciphers(policy.ciphers(), SupportedCipherSuiteFilter.INSTANCE)
          .clientAuth(ClientAuth.OPTIONAL)
          .trustManager(new Handshake.Trust())
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  Protocol.ALPN,
                  SelectorFailureBehavior.NO_ADVERTISE,
                  SelectedListenerFailureBehavior.ACCEPT,
                  Alpn.names()))
          .build();
    } catch (SSLException | RuntimeException e) {
      throw new IllegalArgumentException("the server certificate cannot be used: " + e, e);
    }
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
   * @param policy what holds where the host name has no certificate of its own
   */
  SslContext acquire(String host, SecurityPolicy policy) {
    while (true) {
      SslContext own = domains.get(host);
      SslContext context = own == null ? find(policy, host) : own;
      try {
        ReferenceCountUtil.retain(context);
        return context;
      } catch (IllegalReferenceCountException _) {
        // Replaced and released since it was found: look again, unless all is closed.
        requireOpen();
      }
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the server has been closed");
    }
  }

  private SslContext find(SecurityPolicy policy, String host) {
    @Nullable List<Entry> known = entries.get(policy);
    List<Entry> all = known == null ? prepare(policy) : known;
    for (Entry entry : all) {
      if (covers(entry.names(), host)) {
        return entry.context();
      }
    }
    return all.getFirst().context();
  }

  /** A policy is used for the first time. */
  private synchronized List<Entry> prepare(SecurityPolicy policy) {
    requireOpen();
    List<Entry> known = entries.get(policy);
    if (known != null) {
      return known;
    }
    List<Entry> made = build(identities, policy);
    Map<SecurityPolicy, List<Entry>> next = new EnumMap<>(entries);
    next.put(policy, made);
    entries = next;
    return made;
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
    closed = true;
    Map<SecurityPolicy, List<Entry>> previous = entries;
    entries = Map.of();
    previous.values().forEach(ServerContexts::release);
    domains.values().forEach(ReferenceCountUtil::release);
    domains.clear();
  }
}
