package io.thingstead.http;

import io.thingstead.account.Account;
import io.thingstead.api.ApiRequest;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Transport;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /** The first value of a parameter of the query; null when it is not there. */
  public @Nullable String parameter(String name) {
    List<String> values = request.parameters().getOrDefault(name, List.of());
    return values.isEmpty() ? null : values.getFirst();
  }

  /**
   * The same of one that must be there.
   *
   * @throws ApiException INVALID_REQUEST
   */
  public String required(String name) {
    String value = parameter(name);
    if (value == null) {
      throw new ApiException(AwsError.INVALID_REQUEST, "the parameter " + name + " is missing");
    }
    return value;
  }

  /**
   * The same of one that is a whole number.
   *
   * @param usual when it is not there
   * @param what it is, for people, such as {@code the number of a line}
   * @throws ApiException INVALID_REQUEST when it is none, or not from {@code least} to {@code most}
   */
  public long number(String name, long usual, long least, long most, String what) {
    String text = parameter(name);
    if (text == null) {
      return usual;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // It is refused in the same words.
    }
    throw new ApiException(
        AwsError.INVALID_REQUEST, "%s is %s, not %s".formatted(name, what, text));
  }
}
