package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.identity.Principal;
import java.net.InetAddress;

/**
 * What policies can know of a connection.
 *
 * @param clientId the MQTT client id, or empty for HTTP
 * @param domainName the host name the client asked for by SNI, or empty
 * @param developmentMode the listener lets anonymous callers do everything
 */
public record ConnectionContext(
    Account account,
    Principal principal,
    String clientId,
    InetAddress sourceIp,
    String domainName,
    boolean developmentMode) {
  /** The context of a listener that is not in development mode. */
  public ConnectionContext(
      Account account,
      Principal principal,
      String clientId,
      InetAddress sourceIp,
      String domainName) {
    this(account, principal, clientId, sourceIp, domainName, false);
  }
}
