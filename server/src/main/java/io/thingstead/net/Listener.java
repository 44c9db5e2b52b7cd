package io.thingstead.net;

import io.thingstead.model.Profile;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one port.
 *
 * @param address where to listen; port 0 takes any free one
 * @param protocols what it carries, as far as the role allows
 * @param profile replaces that of the account, or null
 */
public record Listener(
    InetSocketAddress address,
    Role role,
    Set<Protocol> protocols,
    Security security,
    @Nullable Profile profile) {
  public Listener {
    protocols = Set.copyOf(protocols);
    if (security instanceof Security.Plain(var _, boolean anywhere)
        && !anywhere
        && !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "a plain port on %s would let anybody read and change what devices say; listen on 127.0.0.1"
              .formatted(address));
    }
  }

  /** How callers are known. */
  public sealed interface Security {
    /** TLS; a client may prove itself by a certificate. */
    record Tls() implements Security {}

    /**
     * No TLS, so no proof.
     *
     * @param anonymous what its callers are called
     * @param anywhere whether addresses beyond loopback are allowed
     */
    record Plain(String anonymous, boolean anywhere) implements Security {}
  }

  /** A port with TLS that carries whatever its role offers. */
  public static Listener tls(InetSocketAddress address, Role role) {
    return tls(address, role, null);
  }

  /** The same with a profile of its own, or null. */
  public static Listener tls(InetSocketAddress address, Role role, @Nullable Profile profile) {
    return new Listener(address, role, Set.of(Protocol.values()), new Security.Tls(), profile);
  }

  /** A port on loopback with no TLS, for one protocol, and MQTT over WebSocket. */
  public static Listener plain(
      InetSocketAddress address, Protocol protocol, String anonymous, @Nullable Profile profile) {
    return new Listener(
        address,
        Role.ALL,
        Set.of(protocol, Protocol.WEBSOCKET),
        new Security.Plain(anonymous, false),
        profile);
  }

  /** A port on any address with no TLS, for MQTT: the settings asked for it by name. */
  public static Listener plainAnywhere(
      InetSocketAddress address, String anonymous, @Nullable Profile profile) {
    return new Listener(
        address,
        Role.ALL,
        Set.of(Protocol.MQTT, Protocol.WEBSOCKET),
        new Security.Plain(anonymous, true),
        profile);
  }

  /** Whether the port offers it. */
  public boolean carries(Protocol protocol) {
    return protocols.contains(protocol) && role.carries(protocol);
  }
}
