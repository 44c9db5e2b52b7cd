package io.thingstead.config;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What defaults depend on.
 *
 * @param home where the launcher is
 * @param names localhost, then the machine's name and addresses
 */
public record Machine(Path home, List<String> names, int cores) {
  public Machine {
    names = List.copyOf(names);
  }

  /** The machine this runs on. */
  public static Machine here() {
    return new Machine(
        Path.of(System.getProperty("thingstead.home", ".")).toAbsolutePath().normalize(),
        findNames(),
        Runtime.getRuntime().availableProcessors());
  }

  private static List<String> findNames() {
    Set<String> names = new LinkedHashSet<>();
    names.add("localhost");
    try {
      String name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
      if (name.matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?")) {
        names.add(name);
      }
    } catch (UnknownHostException e) {
      // A machine that does not know its own name is called by its addresses.
    }
    names.addAll(findAddresses());
    return new ArrayList<>(names);
  }

  private static List<String> findAddresses() {
    List<String> found = new ArrayList<>(List.of("127.0.0.1", "::1"));
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .map(InetAddress::getHostAddress)
          // Without its interface: a certificate has no place for one.
          .map(address -> address.replaceFirst("%.*", ""))
          .sorted()
          .forEach(found::add);
    } catch (SocketException e) {
      // No interface can be listed: loopback remains.
    }
    return found;
  }
}
