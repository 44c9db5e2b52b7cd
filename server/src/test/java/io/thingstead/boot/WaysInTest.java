package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.net.TestAuthority;
import io.thingstead.net.TestAuthority.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CertificateStatus;

/**
 * Which protocol with which ALPN name and which proof is let in; the server shows a certificate of
 * the user's own. AWS IoT guide: "Device communication protocols".
 */
class WaysInTest {
  private static final TestAuthority AUTHORITY = new TestAuthority();
  private static final Identity DEVICE = AUTHORITY.client("device");
  private static final Logger REFUSALS = Logger.getLogger("thingstead.refusals");

  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final Handler listener =
      new Handler() {
        @Override
        public void publish(LogRecord event) {
          told.add(new SimpleFormatter().formatMessage(event));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeAll
  static void start() throws Exception {
    Identity own = AUTHORITY.server("localhost");
    Path certificate = pem("server.pem", "CERTIFICATE", own.certificate().getEncoded());
    Path key = pem("server.key", "PRIVATE KEY", own.key().getEncoded());
    server =
        new RunningNode(
            directory, "server-certificate", certificate.toString(), "server-key", key.toString());
    String shown =
        Files.readString(pem("device.pem", "CERTIFICATE", DEVICE.certificate().getEncoded()));
    try (IotClient iot = server.iot()) {
      var made =
          iot.registerCertificateWithoutCA(
              b -> b.certificatePem(shown).status(CertificateStatus.ACTIVE));
      iot.createPolicy(b -> b.policyName("any").policyDocument(RunningNode.ANY_POLICY));
      iot.attachPolicy(b -> b.policyName("any").target(made.certificateArn()));
    }
  }

  private static Path pem(String file, String kind, byte[] der) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    String text = "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, base64, kind);
    return Files.writeString(directory.resolve(file), text, US_ASCII);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void listen() {
    REFUSALS.addHandler(listener);
  }

  @AfterEach
  void stopListening() {
    REFUSALS.removeHandler(listener);
  }

  /** CONNECT of MQTT 3.1.1 with a user name. */
  private static byte[] connect(String user) throws IOException {
    var packet = new java.io.ByteArrayOutputStream();
    packet.write(new byte[] {0, 4, 'M', 'Q', 'T', 'T', 4, (byte) 0x82, 0, 60, 0, 1, 'c', 0});
    packet.write(user.length());
    packet.write(user.getBytes(US_ASCII));
    var whole = new java.io.ByteArrayOutputStream();
    whole.write(0x10);
    whole.write(packet.size());
    whole.write(packet.toByteArray());
    return whole.toByteArray();
  }

  /** What comes back first: four bytes in hex, or an HTTP status line. */
  private static String ask(@Nullable Identity identity, String alpn, byte[] request)
      throws Exception {
    Socket tcp = new Socket(InetAddress.getLoopbackAddress(), server.devicePort());
    try (SSLSocket socket =
        (SSLSocket)
            AUTHORITY
                .clientContext(identity)
                .getSocketFactory()
                .createSocket(tcp, "localhost", server.devicePort(), true)) {
      socket.setSoTimeout(10_000);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(alpn.isEmpty() ? new String[0] : new String[] {alpn});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      assertThat(socket.getApplicationProtocol()).isEqualTo(alpn);
      socket.getOutputStream().write(request);
      byte[] answer = socket.getInputStream().readNBytes(4);
      if (!new String(answer, ISO_8859_1).equals("HTTP")) {
        return HexFormat.of().formatHex(answer);
      }
      return new String(socket.getInputStream().readNBytes(8), ISO_8859_1).substring(5);
    }
  }

  private String refusal() throws InterruptedException {
    return Objects.requireNonNull(told.poll(10, TimeUnit.SECONDS), "no refusal was told");
  }

  @ParameterizedTest
  @CsvSource({"''", "x-amzn-mqtt-ca", "mqtt"})
  void mqttWithACertificate(String alpn) throws Exception {
    assertThat(ask(DEVICE, alpn, connect("?SDK=Java&Version=1"))).isEqualTo("20020000");
  }

  @ParameterizedTest
  @CsvSource({
    "'',u,the client showed no certificate",
    "x-amzn-mqtt-ca,u,the client showed no certificate",
    "mqtt,u,names no custom authorizer",
    "'',u?x-amz-customauthorizer-name=a,there is no custom authorizer a",
  })
  void mqttWithoutOneIsRefusedByName(String alpn, String user, String why) throws Exception {
    assertThat(ask(null, alpn, connect(user))).isEqualTo("20020005");
    assertThat(refusal()).startsWith("refused connect client=c").contains(why);
  }

  @ParameterizedTest
  @CsvSource({"''", "x-amzn-http-ca", "http/1.1"})
  void httpsWithACertificateAndWithout(String alpn) throws Exception {
    byte[] publish =
        "POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1"
            .getBytes(US_ASCII);
    assertThat(ask(DEVICE, alpn, publish)).isEqualTo("200");
    assertThat(ask(null, alpn, publish)).isEqualTo("403");
    assertThat(refusal()).contains("MissingAuthenticationTokenException");
  }

  @Test
  void httpIsNotSpokenWhereMqttWasAgreedOn() throws Exception {
    byte[] request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII);
    assertThat(ask(DEVICE, "x-amzn-mqtt-ca", request)).isEqualTo("");
    assertThat(refusal()).startsWith("refused connect");
  }
}
