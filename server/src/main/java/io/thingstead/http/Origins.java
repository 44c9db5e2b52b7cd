package io.thingstead.http;

import io.thingstead.api.ApiRequest;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Transport;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages out that the user of a browser did not mean to let in (RFC 6455 section 10.2, RFC
 * 6454). A page may call from the server's own origin or one that the settings allow; on a port
 * without TLS the host must be called by a name of its own too, or else a page could have its own
 * name answered with our address (DNS rebinding). Any thread may use it.
 */
public final class Origins {
  private static final Pattern IP_LITERAL = Pattern.compile("[0-9.]{7,15}|\\[[0-9a-fA-F:.]+]");

  private final Predicate<String> ownHost;
  private final Set<String> allowed;

  /**
   * @param ownHost whether the server is called by this name, in lower case
   * @param allowed further origins, such as {@code https://app.example.org}, in lower case
   */
  public Origins(Predicate<String> ownHost, Set<String> allowed) {
    this.ownHost = ownHost;
    this.allowed = Set.copyOf(allowed);
  }

  /** Refuses with Forbidden a request to a port without TLS that names another host. */
  void checkHost(ApiRequest request, Transport transport) {
    if (transport.secure()) {
      return;
    }
    String host = name(hostOf(request));
    boolean ours =
        host.isEmpty() // HTTP/1.0 without a host: no browser
            || host.equals("localhost")
            || IP_LITERAL.matcher(host).matches()
            || ownHost.test(host);
    if (!ours) {
      throw new ApiException(
          AwsError.FORBIDDEN,
          "the Host header names '"
              + host
              + "', which is no name of this server (DNS rebinding?); name it in the setting host");
    }
  }

  /** Refuses with Forbidden a request that a page of another origin makes. */
  void checkOrigin(ApiRequest request, Transport transport) {
    if (!allows(request, transport)) {
      throw new ApiException(
          AwsError.FORBIDDEN,
          "a page of the origin '"
              + request.headers().first("Origin")
              + "' may not call this server; allow it with the setting allow-origin");
    }
  }

  /** Whether a request comes from no page, or from one that may call. */
  boolean allows(ApiRequest request, Transport transport) {
    String origin = request.headers().first("Origin");
    if (origin == null) {
      return true; // not a browser
    }
    String lower = origin.toLowerCase(Locale.ROOT);
    return lower.equals(own(request, transport)) || allowed.contains(lower);
  }

  /** Whether a page that this server has served makes the request, by the browser's word. */
  boolean isOwnPage(ApiRequest request, Transport transport) {
    String origin = request.headers().first("Origin");
    return origin != null
        && origin.toLowerCase(Locale.ROOT).equals(own(request, transport))
        && !isFromElsewhere(request);
  }

  /**
   * Refuses with Forbidden what a page of another origin asks, even of one that may call with
   * credentials of its own: those of the person at the browser are not its own.
   */
  void checkOwnPage(ApiRequest request, Transport transport) {
    String origin = request.headers().first("Origin");
    boolean other = origin != null && !isOwnPage(request, transport);
    if (other || isFromElsewhere(request)) {
      throw new ApiException(
          AwsError.FORBIDDEN, "only pages of the console itself may call as who is signed in");
    }
  }

  /** Fetch Metadata: every current browser says where a request comes from. */
  private static boolean isFromElsewhere(ApiRequest request) {
    String site = request.headers().first("Sec-Fetch-Site");
    return site != null && !site.equals("same-origin") && !site.equals("none");
  }

  private static @Nullable String own(ApiRequest request, Transport transport) {
    String host = hostOf(request);
    if (host.isEmpty()) {
      return null;
    }
    String scheme = transport.secure() ? "https" : "http";
    String usual = transport.secure() ? ":443" : ":80";
    String shown = host.endsWith(usual) ? host.substring(0, host.length() - usual.length()) : host;
    return scheme + "://" + shown;
  }

  private static String hostOf(ApiRequest request) {
    String host = request.headers().first("Host");
    return host == null ? "" : host.strip().toLowerCase(Locale.ROOT);
  }

  private static String name(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }
}
