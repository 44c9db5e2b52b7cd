package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server in a process of its own with a heap of 128 MiB, and as much memory beside it, under
 * clients that try to fill it: it lives, says of each flood what it refused, and serves others all
 * the while. With {@code --long} twenty times as much.
 */
class SmallServerTest {
  private static final int TIMES = Boolean.getBoolean("thingstead.long") ? 20 : 1;
  private static final int TOPICS = 100_000 * TIMES;
  private static final int HALVES = 40 * TIMES;
  private static final int RETAINED = 10_000 * TIMES;
  private static final int DEAF = 20;

  @TempDir private Path directory = Path.of("");
  private final List<Socket> sockets = new ArrayList<>();
  private int port;

  @Test
  void smallServerOutlivesEveryFlood() throws Exception {
    port = FreePort.next();
    Path output = directory.resolve("output");
    Process server =
        java(
                "up",
                "--data",
                directory.resolve("data").toString(),
                "--listen",
                "127.0.0.1:0=all",
                "--dev",
                "--profile",
                "mqtt",
                "--plain-mqtt",
                "127.0.0.1:" + port,
                "--ready-file",
                directory.resolve("ready").toString())
            .redirectOutput(output.toFile())
            .start();
    try {
      await(server, output);
      assertThat(
              java(
                      "account",
                      "limits",
                      "--data",
                      directory.resolve("data").toString(),
                      "--set",
                      "retained.bytes=" + (8 << 20))
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start()
                  .waitFor())
          .isZero();
      Neighbour neighbour = new Neighbour(port);
      try {
        for (int i = 0; i < DEAF; i++) {
          subscribe(connect("deaf" + i), "#");
        }
        topics(neighbour);
        halves(neighbour);
        retained(neighbour);
        neighbour.served();
      } finally {
        neighbour.close();
        for (Socket socket : sockets) {
          socket.close();
        }
      }
      assertThat(server.isAlive()).isTrue();
      assertThat(Files.readString(output))
          .doesNotContain("OutOfMemory")
          .contains("those of QoS 0 are dropped")
          .contains("retained.bytes")
          .contains("not arrived whole");
    } finally {
      assertThat(server.toHandle().destroyForcibly()).isTrue();
      server.waitFor();
    }
  }

  private static ProcessBuilder java(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  /** Until it is ready: it says so by a file. */
  private void await(Process server, Path output) throws Exception {
    while (!Files.exists(directory.resolve("ready"))) {
      if (server.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("the server ended:\n" + Files.readString(output));
      }
    }
  }

  /** One that publishes to itself and hears every message. */
  private static final class Neighbour {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final MqttClient client;
    private int sent;

    Neighbour(int port) throws Exception {
      client = new MqttClient("tcp://127.0.0.1:" + port, "neighbour", new MemoryPersistence());
      client.connect();
      client.subscribe(
          "neighbour", 1, (_, message) -> heard.add(new String(message.getPayload(), UTF_8)));
    }

    void served() throws Exception {
      String text = "m" + sent++;
      client.publish("neighbour", text.getBytes(UTF_8), 1, false);
      assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo(text);
    }

    void close() throws Exception {
      client.disconnect();
      client.close();
    }
  }

  /** A kilobyte on each of very many topics, to clients that do not read. */
  private void topics(Neighbour neighbour) throws Exception {
    OutputStream out = connect("flood").getOutputStream();
    byte[] payload = new byte[1_000];
    for (int i = 0; i < TOPICS; i++) {
      out.write(publish(0x30, "flood/" + i, payload, payload.length));
      if (i % (TOPICS / 20) == 0) {
        neighbour.served();
      }
    }
  }

  /** Large packets of which only a part comes, all of them at one time. */
  private void halves(Neighbour neighbour) throws Exception {
    byte[] half = publish(0x30, "half", new byte[2 << 20], 4 << 20);
    for (int i = 0; i < HALVES; i++) {
      try {
        connect("half" + i).getOutputStream().write(half);
      } catch (IOException refused) {
        // As it should be, when there is no more room.
      }
      neighbour.served();
    }
  }

  private void retained(Neighbour neighbour) throws Exception {
    OutputStream out = connect("keeper").getOutputStream();
    byte[] payload = new byte[4_000];
    for (int i = 0; i < RETAINED; i++) {
      out.write(publish(0x31, "kept/" + i, payload, payload.length));
      if (i % (RETAINED / 20) == 0) {
        neighbour.served();
      }
    }
  }

  private Socket connect(String clientId) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(4 << 10);
    socket.setSoTimeout(30_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(body);
    data.writeUTF("MQTT");
    data.write(new byte[] {4, 2, 0, 0});
    data.writeUTF(clientId);
    socket.getOutputStream().write(packet(0x10, body.toByteArray(), body.size()));
    assertThat(socket.getInputStream().readNBytes(4)).containsExactly(0x20, 2, 0, 0);
    return socket;
  }

  private static void subscribe(Socket socket, String filter) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(body);
    data.writeShort(1);
    data.writeUTF(filter);
    data.write(0);
    socket.getOutputStream().write(packet(0x82, body.toByteArray(), body.size()));
    assertThat(socket.getInputStream().readNBytes(5)).containsExactly(0x90, 3, 0, 1, 0);
  }

  /** A PUBLISH that says it has so many bytes of payload. */
  private static byte[] publish(int first, String topic, byte[] payload, int claimed)
      throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream(payload.length + 64);
    new DataOutputStream(body).writeUTF(topic);
    int length = body.size() + claimed;
    body.write(payload);
    return packet(first, body.toByteArray(), length);
  }

  private static byte[] packet(int first, byte[] body, int length) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 5);
    out.write(first);
    int left = length;
    while (left >= 128) {
      out.write(left & 127 | 128);
      left >>>= 7;
    }
    out.write(left);
    out.writeBytes(body);
    return out.toByteArray();
  }
}
