package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How signed WebSockets end, and what life-cycle events say of it; the JDK's client. */
class WebSocketLifeTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path directory = Path.of("");
  private RunningNode server;
  private MqttClient listener;
  private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() throws Exception {
    server = new RunningNode(directory);
    server.device("any");
    shorten();
    try (IotClient iot = server.iot()) {
      iot.attachPolicy(b -> b.policyName("any").target("anonymous"));
    }
    String url = "tcp://127.0.0.1:" + server.plainMqtt();
    listener = new MqttClient(url, "listener", new MemoryPersistence());
    listener.connect();
    listener.subscribe(
        "$aws/events/presence/+/signed",
        1,
        (_, message) -> events.add(JSON.readTree(message.getPayload())));
  }

  @AfterEach
  void stop() throws Exception {
    listener.disconnect();
    listener.close();
    server.close();
  }

  /** Sets the quota of how long a signed WebSocket lives. */
  private void shorten() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    List<String> key = server.accessKey();
    Process process =
        new ProcessBuilder(
                "curl",
                "-sf",
                "--aws-sigv4",
                "aws:amz:us-east-1:iot",
                "--user",
                key.getFirst() + ":" + key.getLast(),
                "-H",
                "Content-Type: application/json",
                "-d",
                "{\"quotas\":{\"connect.signedLifetime\":1}}",
                "http://127.0.0.1:" + server.plainHttp() + "/_thingstead/limits")
            .redirectOutput(directory.resolve("limits").toFile())
            .start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  private JsonNode event() throws InterruptedException {
    return Objects.requireNonNull(events.poll(10, TimeUnit.SECONDS), "no event came");
  }

  /** Remembers what comes, as hex, and the close. */
  private static final class Heard implements WebSocket.Listener {
    private final BlockingQueue<String> got = new LinkedBlockingQueue<>();

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      got.add(java.util.HexFormat.of().formatHex(bytes));
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      got.add("close " + status);
      return null;
    }

    String next() throws InterruptedException {
      return Objects.requireNonNull(got.poll(10, TimeUnit.SECONDS), "nothing came");
    }
  }

  private WebSocket connect(Heard heard) throws Exception {
    String host = "127.0.0.1:" + server.plainHttp();
    WebSocket socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .subprotocols("mqtt")
            .buildAsync(URI.create(server.signedWebSocket("ws", host)), heard)
            .join();
    // CONNECT, MQTT 5, Clean Start, keep alive 60 s, client id "signed".
    byte[] variable = {0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 60, 0, 0, 6};
    ByteBuffer packet = ByteBuffer.allocate(2 + variable.length + 6);
    packet.put((byte) 0x10).put((byte) (variable.length + 6)).put(variable);
    packet.put("signed".getBytes(US_ASCII)).flip();
    socket.sendBinary(packet, true).join();
    assertThat(heard.next()).startsWith("20");
    return socket;
  }

  @Test
  void signedOneIsClosedWhenItsTimeIsOver() throws Exception {
    Heard heard = new Heard();
    connect(heard);
    String key = server.accessKey().getFirst();
    assertThat(event().path("principalIdentifier").asString())
        .isEqualTo("000000000000/" + key + ":administrator");
    assertThat(heard.next()).as("DISCONNECT: Maximum connect time").startsWith("e0").contains("a0");
    assertThat(heard.next()).isEqualTo("close 1000");
    JsonNode gone = event();
    assertThat(gone.path("disconnectReason").asString()).isEqualTo("WEBSOCKET_TTL_EXPIRATION");
    assertThat(gone.path("clientInitiatedDisconnect").asBoolean()).isFalse();
  }

  @Test
  void closeFrameIsADisconnectOfTheClient() throws Exception {
    Heard heard = new Heard();
    WebSocket socket = connect(heard);
    event();
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    JsonNode gone = event();
    assertThat(gone.path("disconnectReason").asString()).isEqualTo("CLIENT_INITIATED_DISCONNECT");
    assertThat(gone.path("clientInitiatedDisconnect").asBoolean()).isTrue();
  }

  @Test
  void brokenFrameIsAnErrorOfTheClient() throws Exception {
    WebSocket socket = connect(new Heard());
    event();
    socket.sendText(new String("text".getBytes(UTF_8), UTF_8), true).join();
    assertThat(event().path("disconnectReason").asString()).isEqualTo("CLIENT_ERROR");
  }
}
