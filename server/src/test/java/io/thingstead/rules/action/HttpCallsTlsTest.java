package io.thingstead.rules.action;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.thingstead.net.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Posts of rules to an HTTPS server with a CA of its own, that of the JDK. */
class HttpCallsTlsTest {
  private final TestAuthority authority = new TestAuthority();
  private final BlockingQueue<String> got = new LinkedBlockingQueue<>();
  private @Nullable HttpsServer server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop(0);
    }
  }

  private URI serve(TestAuthority.Identity identity) throws IOException, GeneralSecurityException {
    InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpsServer made = HttpsServer.create(anywhere, 0);
    server = made;
    made.setHttpsConfigurator(new HttpsConfigurator(authority.clientContext(identity)));
    made.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          got.add(
              exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("X-A")
                  + " "
                  + new String(body, StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    made.start();
    return URI.create("https://localhost:" + made.getAddress().getPort() + "/in?x=1");
  }

  private static HttpReply post(URI uri, TestAuthority trusted, Duration budget)
      throws GeneralSecurityException {
    HttpCalls calls =
        new HttpCalls(
            new TargetGuard(List.of("127.0.0.1", "::1")),
            trusted.clientContext(null),
            InstantSource.system());
    return calls.post(
        uri,
        List.of(new HttpCalls.Header("X-A", "b")),
        "hello".getBytes(StandardCharsets.UTF_8),
        calls.deadline(budget));
  }

  private static final Duration ENOUGH = Duration.ofSeconds(20);

  @Test
  void trustedServerGetsThePost() throws Exception {
    HttpReply reply = post(serve(authority.server("localhost")), authority, ENOUGH);
    assertThat(reply)
        .isInstanceOfSatisfying(
            HttpReply.Answer.class, answer -> assertThat(answer.isSuccess()).isTrue());
    assertThat(got.take()).isEqualTo("/in?x=1 b hello");
  }

  @Test
  void serverOfAnotherCaGetsNothing() throws Exception {
    HttpReply reply = post(serve(authority.server("localhost")), new TestAuthority(), ENOUGH);
    assertThat(reply)
        .isInstanceOfSatisfying(
            HttpReply.NoAnswer.class, none -> assertThat(none.why()).contains("PKIX path"));
    assertThat(got).isEmpty();
  }

  @Test
  void certificateOfAnotherHostIsNotTaken() throws Exception {
    HttpReply reply = post(serve(authority.server("elsewhere.example")), authority, ENOUGH);
    assertThat(reply)
        .isInstanceOfSatisfying(
            HttpReply.NoAnswer.class, none -> assertThat(none.why()).contains("localhost"));
    assertThat(got).isEmpty();
  }

  @Test
  void plainServerIsNotSpokenToInTheClear() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      URI uri = URI.create("https://localhost:" + plain.getLocalPort() + "/");
      Thread.ofVirtual()
          .start(
              () -> {
                try (var socket = plain.accept()) {
                  byte[] first = socket.getInputStream().readNBytes(1);
                  got.add(String.valueOf(first[0]));
                  socket
                      .getOutputStream()
                      .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                  got.add(e.toString());
                }
              });
      assertThat(post(uri, authority, ENOUGH)).isInstanceOf(HttpReply.NoAnswer.class);
      assertThat(got.take()).as("a TLS handshake record").isEqualTo("22");
    }
  }

  @Test
  void serverThatDoesNotAnswerTheHandshakeIsGivenUpInTime() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      URI uri = URI.create("https://localhost:" + silent.getLocalPort() + "/");
      assertThat(post(uri, authority, Duration.ofMillis(200)))
          .isInstanceOfSatisfying(
              HttpReply.NoAnswer.class,
              none -> assertThat(none.why()).isEqualTo("no answer in time"));
    }
  }
}
