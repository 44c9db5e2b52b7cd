package io.thingstead.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * The certificates of mutual TLS, PEM files (ECDSA P-256) of a directory that the launcher has
 * filled: {@code ca.crt} has signed {@code server.crt} (Mosquitto's) and {@code client.crt}, which
 * both brokers accept.
 */
record Certificates(Path directory) {
  Path authority() {
    return directory.resolve("ca.crt");
  }

  Path serverCertificate() {
    return directory.resolve("server.crt");
  }

  Path serverKey() {
    return directory.resolve("server.key");
  }

  /**
   * The load generator's arguments to reach a port.
   *
   * @param serversAuthority what has signed the server's certificate
   */
  List<String> client(int port, Path serversAuthority) {
    return List.of(
        "--port",
        "" + port,
        "--ca",
        serversAuthority.toString(),
        "--cert",
        directory.resolve("client.crt").toString(),
        "--key",
        directory.resolve("client.key").toString());
  }
}
