package io.thingstead.boot;

import io.thingstead.account.Accounts;
import io.thingstead.config.DataDirectory;
import io.thingstead.config.Listen;
import io.thingstead.config.Machine;
import io.thingstead.config.Settings;
import io.thingstead.http.BrowserSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Tells the console how devices reach this server: by which name and port, trusting which CA. */
final class DevicePort {
  // RFC 5280, 4.2.1.6, as X509Certificate numbers them.
  private static final Integer DNS_NAME = 2;
  private static final Integer IP_ADDRESS = 7;
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1");

  private final Accounts accounts;
  private final Settings settings;
  private final List<InetSocketAddress> listening;
  private final Machine machine;

  /**
   * @param listening where each listener of the settings came to listen, as far as it does yet
   * @param machine how it is called
   */
  DevicePort(
      Accounts accounts, Settings settings, List<InetSocketAddress> listening, Machine machine) {
    this.accounts = accounts;
    this.settings = settings;
    this.listening = listening;
    this.machine = machine;
  }

  void describe(BrowserSession session, ObjectNode into) {
    String own = accounts.endpoint(session.account(), settings.hosts().getFirst());
    into.put("deviceHost", own);
    InetSocketAddress port = listener(Listen.Role.DEVICE);
    port = port == null ? listener(Listen.Role.ALL) : port;
    into.put("devicePort", port == null ? 0 : port.getPort());
    into.put("deviceLoopback", port != null && port.getAddress().isLoopbackAddress());
    // Only the first account is reached without its id, which is in the host's name.
    List<String> names =
        session.account().id().equals(accounts.first().id()) ? names() : List.of(own);
    names.forEach(into.putArray("hosts")::add);
    into.putArray("otherHosts").addAll(others(names));
    if (settings.serverCertificate() == null) { // else the user knows who has signed it
      into.put("ca", ca());
    }
  }

  /** What the server's certificate names, and so what a device can call it. */
  private List<String> names() {
    Settings.CertificateFiles files = settings.serverCertificate();
    if (files == null) {
      return settings.hosts();
    }
    try (InputStream in = Files.newInputStream(files.certificate())) {
      X509Certificate certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      Collection<List<?>> named = certificate.getSubjectAlternativeNames();
      return named == null
          ? List.of()
          : named.stream()
              .filter(each -> each.get(0).equals(DNS_NAME) || each.get(0).equals(IP_ADDRESS))
              .map(each -> String.valueOf(each.get(1)))
              .toList();
    } catch (IOException | CertificateException e) {
      // It is being replaced: the names of the settings are the best guess.
      return settings.hosts();
    }
  }

  /** How this machine could be called as well, if its certificate said so. */
  private List<StringNode> others(List<String> names) {
    return machine.names().stream()
        .filter(each -> !names.contains(each) && !LOOPBACK.contains(each))
        .map(StringNode::new)
        .toList();
  }

  private String ca() {
    try {
      return Files.readString(new DataDirectory(settings.data()).caPem());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the CA's certificate", e);
    }
  }

  /** The first of a role; null for none. */
  private @Nullable InetSocketAddress listener(Listen.Role role) {
    for (int i = 0; i < listening.size(); i++) {
      if (settings.listen().get(i).role() == role) {
        return listening.get(i);
      }
    }
    return null;
  }
}
