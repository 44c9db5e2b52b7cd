package io.thingstead.rules.action;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Cidr;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says which addresses rules may call. Without an allow list only public ones, by https on ports
 * 443 and 8443, so that no rule reaches into the server's own network; an allowed address may be
 * called on any port and by plain http.
 */
public final class TargetGuard {
  private static final List<Cidr> CLOSED =
      Stream.of(
              "0.0.0.0/8", // this network
              "10.0.0.0/8",
              "100.64.0.0/10", // carrier-grade NAT
              "127.0.0.0/8",
              "169.254.0.0/16", // link-local, with the metadata services of clouds
              "172.16.0.0/12",
              "192.0.0.0/24",
              "192.168.0.0/16",
              "198.18.0.0/15", // benchmarks
              "224.0.0.0/3", // multicast, reserved, broadcast
              "::/96", // unspecified, loopback, IPv4-compatible
              "64:ff9b::/96", // NAT64, which leads to any IPv4 address
              "64:ff9b:1::/48",
              "2001::/32", // Teredo, as above
              "2002::/16", // 6to4, as above
              "fc00::/7",
              "fe80::/10",
              "fec0::/10",
              "ff00::/8")
          .map(Cidr::parse)
          .toList();

  private final List<Cidr> allowed;

  /**
   * @param allowed addresses and ranges such as {@code 127.0.0.1} and {@code 10.1.0.0/16}
   * @throws IllegalArgumentException naming the one that is neither
   */
  public TargetGuard(List<String> allowed) {
    this.allowed = allowed.stream().map(Cidr::parse).toList();
  }

  /**
   * The URI of a literal URL that may be called, as far as its text tells.
   *
   * @param what names it in the refusal
   * @throws ApiException INVALID_REQUEST
   */
  public URI require(String what, String url) {
    URI uri = parse(url);
    String refusal = uri == null ? "it is not an absolute http(s) URL" : refusal(uri);
    if (uri == null || refusal != null) {
      throw new ApiException(AwsError.INVALID_REQUEST, what + " '" + url + "': " + refusal);
    }
    return uri;
  }

  /** A URL with scheme http or https and a host; null for any other text. */
  static @Nullable URI parse(String url) {
    try {
      URI uri = new URI(url).normalize();
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      boolean web = scheme.equals("https") || scheme.equals("http");
      return web && uri.getHost() != null && uri.getRawUserInfo() == null ? uri : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  static boolean isPlain(URI uri) {
    return uri.getScheme().equalsIgnoreCase("http");
  }

  static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return isPlain(uri) ? 80 : 443;
  }

  /** Why no address could make this URL callable, or null. */
  private @Nullable String refusal(URI uri) {
    if (uri.getHost().startsWith("[")) {
      return "IPv6 addresses are not allowed as host";
    }
    if (uri.getRawFragment() != null) {
      return "a fragment is never sent";
    }
    return allowed.isEmpty() ? publicRefusal(uri) : null;
  }

  private static @Nullable String publicRefusal(URI uri) {
    int port = port(uri);
    if (isPlain(uri)) {
      return "only https, unless the address is opened with --allow-target";
    }
    return port == 443 || port == 8443
        ? null
        : "only ports 443 and 8443, unless the address is opened with --allow-target";
  }

  /** Why this resolved address may not be called for this URL, or null when it may. */
  @Nullable String refusal(URI uri, InetAddress address) {
    if (allowed.stream().anyMatch(range -> range.contains(address))) {
      return null;
    }
    if (CLOSED.stream().anyMatch(range -> range.contains(address))) {
      return "the address "
          + address.getHostAddress()
          + " is closed to rules: open it with --allow-target";
    }
    return publicRefusal(uri);
  }
}
