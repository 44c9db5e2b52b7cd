package io.thingstead.config;

import java.net.InetAddress;

/**
 * Where to listen.
 *
 * @param ip an address of this machine; {@code 0.0.0.0} or {@code ::} for all
 * @param port 0 for a free one
 */
public record Address(InetAddress ip, int port) {
  private static final int PORT_MAX = 65_535;

  /**
   * Parses {@code 127.0.0.1:8883} or {@code [::1]:8883}; {@code localhost} stands for 127.0.0.1.
   *
   * @throws IllegalArgumentException with a clause for people
   */
  public static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("'" + text + "' is not ADDRESS:PORT");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is not ADDRESS:PORT; an IPv6 address stands in brackets: [::1]:8883");
    }
    return new Address(ip(host), port(text.substring(colon + 1)));
  }

  private static InetAddress ip(String host) {
    if (host.equals("localhost")) {
      return InetAddress.ofLiteral("127.0.0.1");
    }
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + host + "' is no IP address", e);
    }
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= PORT_MAX) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number out of range is.
    }
    throw new IllegalArgumentException("'" + text + "' is no port, 0 to " + PORT_MAX);
  }

  public boolean isLoopback() {
    return ip.isLoopbackAddress();
  }

  @Override
  public String toString() {
    String host = ip.getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
