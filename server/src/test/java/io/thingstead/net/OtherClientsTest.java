package io.thingstead.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslProvider;
import io.thingstead.identity.Principal;
import io.thingstead.mqtt.ConnAck;
import io.thingstead.mqtt.ConnAckProperties;
import io.thingstead.mqtt.Connect;
import io.thingstead.mqtt.Decoder;
import io.thingstead.mqtt.Disconnect;
import io.thingstead.mqtt.Encoder;
import io.thingstead.mqtt.Packet;
import io.thingstead.mqtt.Publish;
import io.thingstead.mqtt.ReasonCode;
import io.thingstead.mqtt.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clients people have: openssl and mosquitto_pub, against BoringSSL. */
class OtherClientsTest {
  private final BlockingQueue<String> published = new LinkedBlockingQueue<>();
  private final TestPorts server =
      new TestPorts(
          SslProvider.OPENSSL_REFCNT,
          TestPorts.LIMITS,
          EventLoops.start(1),
          _ -> new SmallBroker(published));

  @TempDir private Path directory = Path.of("");

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void certificateRequestNamesNoAuthority(String version) throws Exception {
    String port = String.valueOf(server.listenTls());
    String said =
        run(
            "openssl",
            "s_client",
            version,
            "-connect",
            "127.0.0.1:" + port,
            "-servername",
            "localhost");
    assertThat(said)
        .contains("No client certificate CA names sent")
        .contains("Verification: OK")
        .doesNotContain("New Session Ticket");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void noSessionTicketComesWithTheFirstAnswer(String version) throws Exception {
    String port = String.valueOf(server.listenTls());
    Path packets = directory.resolve("packets");
    Files.write(packets, HexFormat.of().parseHex("101000044d5154540402003c0004616263" + "64e000"));
    TestAuthority.Identity identity = server.registered("c1", true);
    String said =
        run(
            packets,
            "openssl",
            "s_client",
            "-msg",
            "-ign_eof",
            version,
            "-connect",
            "127.0.0.1:" + port,
            "-servername",
            "localhost",
            "-cert",
            file("cert", "CERTIFICATE", identity.certificate().getEncoded()),
            "-key",
            file("key", "PRIVATE KEY", identity.key().getEncoded()));
    assertThat(said)
        .contains("Verification: OK", "close_notify")
        .doesNotContain("NewSessionTicket");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1", "-tls1_1"})
  void oldProtocolsAreRefused(String version) throws Exception {
    String port = String.valueOf(server.listenTls());
    String said =
        run(
            "openssl",
            "s_client",
            version,
            "-cipher",
            "DEFAULT@SECLEVEL=0",
            "-connect",
            "127.0.0.1:" + port);
    assertThat(said).contains("no peer certificate available");
  }

  @ParameterizedTest
  @ValueSource(strings = {"311", "5"})
  void mosquittoPublishesWithItsCertificate(String version) throws Exception {
    TestAuthority.Identity identity = server.registered("c1", true);
    String said = publish(identity, version);
    assertThat(published.poll(10, TimeUnit.SECONDS)).as(said).isEqualTo("a/b: hello");
    assertThat(server.next().transport().principal())
        .isEqualTo(new Principal.Certificate("c1", "arn:c1", true));
  }

  @Test
  void mosquittoWithUnknownCertificateIsRefused() throws Exception {
    publish(server.authority.client("stranger"), "311");
    assertThat(server.refusal()).contains("not registered");
    assertThat(server.reached).isEmpty();
  }

  private String publish(TestAuthority.Identity identity, String version) throws Exception {
    String port = String.valueOf(server.listenTls());
    return run(
        "mosquitto_pub",
        "-h",
        "localhost",
        "-p",
        port,
        "-V",
        version,
        "-t",
        "a/b",
        "-m",
        "hello",
        "--cafile",
        file("ca", "CERTIFICATE", server.authority.root().getEncoded()),
        "--cert",
        file("cert", "CERTIFICATE", identity.certificate().getEncoded()),
        "--key",
        file("key", "PRIVATE KEY", identity.key().getEncoded()));
  }

  private String file(String name, String title, byte[] content) throws IOException {
    String text = Base64.getMimeEncoder().encodeToString(content);
    Path file = directory.resolve(name + ".pem");
    Files.writeString(
        file, "-----BEGIN " + title + "-----\n" + text + "\n-----END " + title + "-----\n");
    return file.toString();
  }

  private String run(String... command) throws Exception {
    return run(Path.of("/dev/null"), command);
  }

  private String run(Path input, String... command) throws Exception {
    // In CI nothing is skipped: there a missing program fails to start.
    assumeTrue(
        System.getenv("CI") != null || installed(command[0]), command[0] + " is not installed");
    List<String> line = new ArrayList<>(List.of(command));
    if (command[0].equals("openssl")) {
      line.add("-CAfile");
      line.add(file("ca", "CERTIFICATE", server.authority.root().getEncoded()));
    }
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(input.toFile()))
            .start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  private static boolean installed(String command) {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return Stream.of(path.split(":", -1)).anyMatch(d -> Path.of(d, command).toFile().canExecute());
  }

  /** As much of MQTT as one publisher of QoS 0 needs. */
  private static final class SmallBroker extends ByteToMessageDecoder {
    private final BlockingQueue<String> published;
    private final Decoder decoder = new Decoder(1000);

    SmallBroker(BlockingQueue<String> published) {
      this.published = published;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      Packet packet = decoder.decode(in);
      switch (packet) {
        case Connect connect -> connected(ctx, connect.version());
        case Publish publish ->
            published.add(
                publish.topic() + ": " + publish.payload().toString(StandardCharsets.UTF_8));
        case Disconnect _ -> {
          var _ = ctx.close();
        }
        case null, default -> {}
      }
    }

    private static void connected(ChannelHandlerContext ctx, Version version) {
      ByteBuf out = ctx.alloc().buffer();
      Encoder.of(version)
          .encode(new ConnAck(false, ReasonCode.SUCCESS, ConnAckProperties.NONE), out);
      var _ = ctx.writeAndFlush(out);
    }
  }
}
