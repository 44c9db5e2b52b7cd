package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Debian's mosquitto clients.
 *
 * @param connection the options that say where to connect and as whom
 */
record Mosquitto(Installed server, List<String> connection) {
  /**
   * With a certificate.
   *
   * @param host the name that they call the server by
   * @param device its files DEVICE.crt and DEVICE.key are in the server's directory
   */
  static Mosquitto tls(Installed server, String host, String device) {
    return new Mosquitto(
        server,
        List.of(
            "--cafile",
            server.data().resolve("ca.pem").toString(),
            "--cert",
            device + ".crt",
            "--key",
            device + ".key",
            "-h",
            host,
            "-p",
            String.valueOf(server.device)));
  }

  static Mosquitto plain(Installed server, int port) {
    return new Mosquitto(server, List.of("-h", "127.0.0.1", "-p", String.valueOf(port)));
  }

  /** Through a proxy that looks the host's name up. */
  Mosquitto by(Socks proxy) {
    List<String> all = new ArrayList<>(connection);
    all.addAll(List.of("--proxy", proxy.url()));
    return new Mosquitto(server, all);
  }

  /** By line: written into a pipe, its output would else come only at the end. */
  private List<String> command(String program, String... arguments) {
    List<String> command = new ArrayList<>(List.of("stdbuf", "-oL", program));
    command.addAll(connection);
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  Installed.Ran run(String program, String... arguments) {
    return server.run(command(program, arguments).toArray(String[]::new));
  }

  /** Publishes at QoS 1 and has heard PUBACK. */
  void publish(String clientId, String topic, String payload, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("-i", clientId, "-t", topic, "-m", payload, "-q", "1"));
    arguments.addAll(Arrays.asList(options));
    run("mosquitto_pub", arguments.toArray(String[]::new)).ok();
  }

  /** A mosquitto_sub that goes on until it is closed, and has heard SUBACK. */
  Listener listen(String clientId, String... arguments) {
    List<String> all = new ArrayList<>(List.of("-d", "-v", "-i", clientId, "-q", "1"));
    all.addAll(Arrays.asList(arguments));
    try {
      Process process =
          new ProcessBuilder(command("mosquitto_sub", all.toArray(String[]::new)))
              .directory(server.dir.toFile())
              .redirectErrorStream(true)
              .start();
      Listener listener =
          new Listener(process, new LinkedBlockingQueue<>(), new CompletableFuture<>());
      Thread.ofVirtual().start(listener::gather);
      listener.subscribed.orTimeout(20, TimeUnit.SECONDS).join();
      return listener;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A running subscriber. */
  record Listener(Process process, BlockingQueue<String> lines, CompletableFuture<Void> subscribed)
      implements AutoCloseable {
    private void gather() {
      BufferedReader out = process.inputReader();
      String line;
      try {
        while ((line = out.readLine()) != null) {
          if (line.startsWith("Subscribed")) {
            subscribed.complete(null);
          } else if (line.matches("[a-z$][^ ]*/.*")) {
            // Its own remarks begin with the client's or the subscription's name.
            lines.add(line);
          }
        }
      } catch (IOException closed) {
        // close() was called.
      }
      subscribed.completeExceptionally(new AssertionError("mosquitto_sub ended before SUBACK"));
    }

    /** The next message: topic, a space, payload. */
    String next() {
      try {
        String line = lines.poll(20, TimeUnit.SECONDS);
        assertThat(line).as("a message").isNotNull();
        return line;
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      process.destroy();
      process.onExit().join();
    }
  }
}
