package io.thingstead.net;

import io.thingstead.account.Account;
import io.thingstead.api.iot.ApplicationProtocol;
import io.thingstead.domain.Domain;
import io.thingstead.identity.Principal;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection once its protocol is.
 *
 * @param listener the port it came to
 * @param domain the endpoint chosen by the host name the client asked for
 * @param account the one that the caller is of; at first the endpoint's
 * @param principal the certificate whose key the client proved to have, active or not; the port's
 *     anonymous one without TLS; null with TLS and no certificate, so that the protocol must find
 *     out who is calling, or refuse
 * @param inactiveBecause why the certificate may not connect, for people; empty when it may
 * @param domainName the host name the client asked for by SNI, lower case, or empty
 * @param alpn the application protocol agreed on, or empty
 * @param opening the request that has opened a WebSocket whose client is yet to be asked who it is;
 *     else null
 */
public record Transport(
    Listener listener,
    Domain domain,
    Account account,
    @Nullable Principal principal,
    String inactiveBecause,
    String domainName,
    String alpn,
    InetSocketAddress remote,
    InetSocketAddress local,
    @Nullable Opening opening) {
  /** A connection that no request has opened. */
  public Transport(
      Listener listener,
      Domain domain,
      @Nullable Principal principal,
      String inactiveBecause,
      String domainName,
      String alpn,
      InetSocketAddress remote,
      InetSocketAddress local) {
    this(
        listener,
        domain,
        domain.account(),
        principal,
        inactiveBecause,
        domainName,
        alpn,
        remote,
        local,
        null);
  }

  /**
   * An HTTP request.
   *
   * @param headers the first value of each
   * @param query raw, without the question mark
   */
  public record Opening(Map<String, String> headers, String query) {
    public Opening {
      headers = Map.copyOf(headers);
    }

    /** Without what they may hold. */
    @Override
    public String toString() {
      return "Opening" + headers.keySet();
    }
  }

  /** The same connection, whose client is yet to be asked who it is. */
  public Transport openedBy(Opening request) {
    return new Transport(
        listener, domain, account, null, inactiveBecause, domainName, alpn, remote, local, request);
  }

  /** The same connection, after its protocol has found out who is calling whose endpoint. */
  public Transport of(Account owner, Principal caller) {
    return new Transport(
        listener, domain, owner, caller, inactiveBecause, domainName, alpn, remote, local, opening);
  }

  /** What rules apply: the port's own profile, or else the account's. */
  public Profile profile() {
    Profile own = listener.profile();
    return own == null ? account.profile() : own;
  }

  /** The limits that go with {@link #profile}, and what was set for the account. */
  public Limits limits() {
    return account.quotas().limits(profile());
  }

  /** Whether port and endpoint offer a protocol. */
  public boolean carries(Protocol protocol) {
    return listener.carries(protocol)
        && domain.speaks(
            switch (protocol) {
              case MQTT -> ApplicationProtocol.SECURE_MQTT;
              case HTTP -> ApplicationProtocol.HTTPS;
              case WEBSOCKET -> ApplicationProtocol.MQTT_WSS;
            });
  }

  /** Whether the bytes are protected by TLS. */
  public boolean secure() {
    return listener.security() instanceof Listener.Security.Tls;
  }
}
