package io.thingstead.boot;

import io.thingstead.account.Accounts;
import io.thingstead.config.DataDirectory;
import io.thingstead.config.Listen;
import io.thingstead.config.Settings;
import io.thingstead.http.BrowserSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Tells the console how devices reach this server: by which name and port, trusting which CA. */
final class DevicePort {
  private final Accounts accounts;
  private final Settings settings;
  private final List<InetSocketAddress> listening;

  /**
   * @param listening where each listener of the settings came to listen, as far as it does yet
   */
  DevicePort(Accounts accounts, Settings settings, List<InetSocketAddress> listening) {
    this.accounts = accounts;
    this.settings = settings;
    this.listening = listening;
  }

  void describe(BrowserSession session, ObjectNode into) {
    into.put("deviceHost", accounts.endpoint(session.account(), settings.hosts().getFirst()));
    int port = port(Listen.Role.DEVICE);
    into.put("devicePort", port > 0 ? port : port(Listen.Role.ALL));
    var hosts = into.putArray("hosts");
    settings.hosts().forEach(hosts::add);
    if (settings.serverCertificate() == null) { // else the user knows who has signed it
      into.put("ca", ca());
    }
  }

  private String ca() {
    try {
      return Files.readString(new DataDirectory(settings.data()).caPem());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the CA's certificate", e);
    }
  }

  /** Of the first listener of a role; 0 for none. */
  private int port(Listen.Role role) {
    for (int i = 0; i < listening.size(); i++) {
      if (settings.listen().get(i).role() == role) {
        return listening.get(i).getPort();
      }
    }
    return 0;
  }
}
