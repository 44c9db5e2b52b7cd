package io.thingstead.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** How this server is started, as the launcher has prepared it. */
final class Server {
  static final String NAME = "thingstead";

  @Option(names = "--start", required = true, description = "command that starts this server")
  private String command = "";

  @Option(names = "--port", required = true, description = "where it listens without TLS")
  private int port;

  @Option(names = "--tls-port", required = true, description = "where it listens with TLS")
  private int tlsPort;

  @Option(names = "--ca", required = true, description = "what signed its certificate, PEM")
  private Path authority = Path.of("ca.pem");

  @Option(
      names = "--certificates",
      required = true,
      description = "directory of ca.crt, server.crt and .key, client.crt and .key")
  private Path certificates = Path.of(".");

  @Option(names = "--settings", description = "said in the report about this server")
  private String settings = "";

  Certificates certificates() {
    return new Certificates(certificates);
  }

  String settings() {
    return settings;
  }

  /** Starts it on what it stored before. */
  Contestant start(Path logs) throws IOException, InterruptedException {
    return Contestant.start(
        NAME,
        Map.of(
            Match.Way.PLAIN,
            List.of("--port", "" + port),
            Match.Way.MUTUAL_TLS,
            certificates().client(tlsPort, authority)),
        port,
        command,
        logs.resolve("server.log"));
  }
}
