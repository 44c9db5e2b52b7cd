package io.thingstead.boot;

import io.thingstead.config.Address;
import io.thingstead.config.Listen;
import io.thingstead.config.PlainMqtt;
import io.thingstead.config.ServerAddresses;
import io.thingstead.config.Settings;
import io.thingstead.net.Listener;
import io.thingstead.net.NetLimits;
import io.thingstead.net.Ports;
import io.thingstead.net.Protocol;
import io.thingstead.net.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** Where the listeners of the settings came to listen. Any thread may ask. */
final class Listening {
  private final Settings settings;
  private final List<InetSocketAddress> at = new CopyOnWriteArrayList<>();

  Listening(Settings settings) {
    this.settings = settings;
  }

  /**
   * Opens them all.
   *
   * @param anonymous what callers of ports without TLS are known as
   */
  void open(Ports ports, String anonymous) throws IOException {
    for (Listen each : settings.listen()) {
      Role role = Role.valueOf(each.role().name());
      at.add(ports.open(Listener.tls(socket(each.address()), role, each.profile())));
    }
    PlainMqtt mqtt = settings.plainMqtt();
    if (mqtt != null) {
      // The settings let only an address in here that the user has allowed.
      ports.open(Listener.plainAnywhere(socket(mqtt.address()), anonymous, mqtt.profile()));
    }
    Address http = settings.plainHttp();
    if (http != null) {
      ports.open(Listener.plain(socket(http), Protocol.HTTP, anonymous, null));
    }
  }

  private static InetSocketAddress socket(Address address) {
    return new InetSocketAddress(address.ip(), address.port());
  }

  /** What one address and one request may take. */
  NetLimits limits() {
    Settings.Limits limits = settings.limits();
    return new NetLimits(
        limits.handshakeTimeout(),
        limits.handshakeTimeout(),
        NetLimits.CONNECTIONS,
        limits.connectionsPerAddress(),
        limits.httpHeaderBytes(),
        limits.httpHeaderBytes());
  }

  /** In the order of the settings, as far as they listen yet. */
  List<InetSocketAddress> all() {
    return at;
  }

  /** Where the control plane listens, for callers on this machine. */
  InetSocketAddress controlAddress() {
    for (int i = 0; i < at.size(); i++) {
      if (settings.listen().get(i).role() != Listen.Role.DEVICE) {
        InetSocketAddress here = at.get(i);
        return here.getAddress().isAnyLocalAddress()
            ? new InetSocketAddress(InetAddress.getLoopbackAddress(), here.getPort())
            : here;
      }
    }
    throw new IllegalStateException("no port of this server offers the control plane");
  }

  /** Where this server is to be found. */
  ServerAddresses addresses() {
    List<String> listeners = new ArrayList<>();
    for (int i = 0; i < at.size(); i++) {
      listeners.add(
          at.get(i).getAddress().getHostAddress()
              + ":"
              + at.get(i).getPort()
              + "="
              + settings.listen().get(i).role().name().toLowerCase(Locale.ROOT));
    }
    return new ServerAddresses(
        endpoint(),
        settings.account().digits(),
        settings.region(),
        ProcessHandle.current().pid(),
        listeners);
  }

  /** The URL of the control plane. */
  String endpoint() {
    for (int i = 0; i < settings.listen().size(); i++) {
      Listen listen = settings.listen().get(i);
      if (listen.role() != Listen.Role.DEVICE) {
        int port = i < at.size() ? at.get(i).getPort() : listen.address().port();
        return "https://" + settings.hosts().getFirst() + ":" + port;
      }
    }
    return "https://" + settings.hosts().getFirst();
  }
}
