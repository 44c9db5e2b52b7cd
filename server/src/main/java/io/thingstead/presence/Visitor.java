package io.thingstead.presence;

import io.thingstead.authorize.ConnectedThing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who connects, from where and how.
 *
 * @param principalId {@code Principal.inEvents()}
 * @param thing the thing it speaks for, or null
 * @param local the address it has called
 * @param keepAliveSeconds what holds for it; 0 for none
 */
public record Visitor(
    String principalId,
    @Nullable ConnectedThing thing,
    InetSocketAddress remote,
    InetSocketAddress local,
    int keepAliveSeconds) {
  /** An address as life-cycle events and the API write it: without the zone of an IPv6 address. */
  static String text(InetAddress address) {
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }
}
