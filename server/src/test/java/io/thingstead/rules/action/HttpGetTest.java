package io.thingstead.rules.action;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Documents that are read from the web, against a web server on loopback. */
class HttpGetTest {
  private static final Duration BUDGET = Duration.ofSeconds(10);

  private final HttpServer server = server();

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void start() {
    serve("/here", 200, "{\"a\":1}");
    serve("/gone", 404, "{}");
    serve("/moved", 302, "");
    server.start();
  }

  private void serve(String path, int status, String body) {
    server.createContext(
        path,
        exchange -> {
          byte[] bytes = body.getBytes(UTF_8);
          exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String get(String path, int bytesMax, String... allowed)
      throws IOException, NoSuchAlgorithmException {
    HttpCalls calls =
        new HttpCalls(
            new TargetGuard(List.of(allowed)), SSLContext.getDefault(), InstantSource.system());
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    return new String(calls.get(uri, bytesMax, calls.deadline(BUDGET)), UTF_8);
  }

  @Test
  void documentIsRead() throws Exception {
    assertThat(get("/here?x=y", 10_000, "127.0.0.1")).isEqualTo("{\"a\":1}");
  }

  @Test
  void closedAddressIsNotCalled() {
    assertThatThrownBy(() -> get("/here", 10_000))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("open it with --allow-target");
  }

  @Test
  void otherStatusOrTooLongAnAnswerIsNoDocument() {
    assertThatThrownBy(() -> get("/gone", 10_000, "127.0.0.1")).hasMessageContaining("404");
    // A redirect could lead anywhere.
    assertThatThrownBy(() -> get("/moved", 10_000, "127.0.0.1")).hasMessageContaining("302");
    assertThatThrownBy(() -> get("/here", 50, "127.0.0.1"))
        .hasMessageContaining("more than 50 bytes");
  }
}
