package io.thingstead.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Debian's Mosquitto with the settings of the reference harness. */
final class Mosquitto {
  static final String NAME = "mosquitto";
  private static final String PROGRAM = "/usr/sbin/mosquitto";

  private final Path directory;
  private final @Nullable Certificates certificates;
  private int starts;

  /**
   * @param directory for its settings and logs
   * @param certificates without them it listens without TLS only
   */
  Mosquitto(Path directory, @Nullable Certificates certificates) {
    this.directory = directory;
    this.certificates = certificates;
  }

  /** Starts one that has nothing stored, on free ports of the loopback interface. */
  Contestant start() throws IOException, InterruptedException {
    Path own = Files.createDirectory(directory.resolve("mosquitto-" + starts++));
    int plain = freePort();
    int tls = freePort();
    StringBuilder settings = new StringBuilder();
    settings.append(
        """
        allow_anonymous true
        user root
        max_queued_messages 0
        max_inflight_messages 20
        persistence true
        persistence_location %s/
        log_dest stderr
        log_type error
        listener %d 127.0.0.1
        """
            .formatted(own, plain));
    if (certificates != null) {
      settings.append(
          """
          listener %d 127.0.0.1
          cafile %s
          certfile %s
          keyfile %s
          require_certificate true
          tls_version tlsv1.3
          """
              .formatted(
                  tls,
                  certificates.authority(),
                  certificates.serverCertificate(),
                  certificates.serverKey()));
    }
    Path file = Files.writeString(own.resolve("mosquitto.conf"), settings);
    Map<Match.Way, List<String>> ways =
        certificates == null
            ? Map.of(Match.Way.PLAIN, List.of("--port", "" + plain))
            : Map.of(
                Match.Way.PLAIN,
                List.of("--port", "" + plain),
                Match.Way.MUTUAL_TLS,
                certificates.client(tls, certificates.authority()));
    return Contestant.start(NAME, ways, plain, PROGRAM + " -c " + file, own.resolve("log"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
