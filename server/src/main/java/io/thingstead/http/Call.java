package io.thingstead.http;

import io.thingstead.account.Account;
import io.thingstead.api.ApiRequest;
import io.thingstead.identity.Principal;
import io.thingstead.net.Transport;
import java.net.InetAddress;

/**
 * One call of an operation or route: who calls, from where.
 *
 * @param account whose things it is about
 * @param principal proven by a signature or a client certificate
 * @param requestId told in the response and in every log line
 * @param signingName the service in the credential scope; empty with a client certificate
 * @param request as it came, with the raw payload
 * @param notices what to tell the caller besides the answer
 */
public record Call(
    Account account,
    Principal principal,
    String requestId,
    String signingName,
    Transport transport,
    ApiRequest request,
    Notices notices) {
  Call(
      Account account,
      Principal principal,
      String requestId,
      String signingName,
      Transport transport,
      ApiRequest request) {
    this(account, principal, requestId, signingName, transport, request, new Notices());
  }

  public InetAddress sourceIp() {
    return transport.remote().getAddress();
  }
}
