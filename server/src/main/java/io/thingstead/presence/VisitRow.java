package io.thingstead.presence;

import io.thingstead.authorize.ConnectedThing;
import io.thingstead.broker.DisconnectReason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Visit} as it is kept on disk.
 *
 * @param incarnation of the session
 * @param reason how it ended, or null while it lasts
 */
record VisitRow(
    long incarnation,
    boolean durable,
    long version,
    String principalId,
    @Nullable String thingName,
    boolean exclusive,
    String remoteIp,
    int remotePort,
    String localIp,
    int localPort,
    int keepAliveSeconds,
    long sinceMillis,
    @Nullable DisconnectReason reason,
    long leftMillis) {

  static VisitRow of(Visit visit) {
    Visitor who = visit.visitor();
    ConnectedThing thing = who.thing();
    Visit.Left left = visit.left();
    return new VisitRow(
        visit.incarnation(),
        visit.durable(),
        visit.version(),
        who.principalId(),
        thing == null ? null : thing.name(),
        thing != null && thing.exclusive(),
        Visitor.text(who.remote().getAddress()),
        who.remote().getPort(),
        Visitor.text(who.local().getAddress()),
        who.local().getPort(),
        who.keepAliveSeconds(),
        visit.sinceMillis(),
        left == null ? null : left.reason(),
        left == null ? 0 : left.atMillis());
  }

  Visitor visitor() {
    return new Visitor(
        principalId,
        thingName == null ? null : new ConnectedThing(thingName, null, Map.of(), exclusive),
        address(remoteIp, remotePort),
        address(localIp, localPort),
        keepAliveSeconds);
  }

  private static InetSocketAddress address(String ip, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
  }
}
