package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What browsers ask for web pages that publish over HTTPS. */
class CorsTest {
  private static final String APP = "https://app.example.org";
  private static final String OTHER = "https://other.example";

  @TempDir static Path directory = Path.of("");
  private static RunningNode server;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningNode(directory, "allow-origin", APP);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpResponse<String> preflight(String base, String path, String origin)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "authorization,x-amz-date")
            .build();
    try (HttpClient client = HttpClient.newBuilder().sslContext(trusting()).build()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private static SSLContext trusting() throws Exception {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    try (var in = Files.newInputStream(server.ca())) {
      trust.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(trust);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trusted.getTrustManagers(), null);
    return context;
  }

  private static String allowed(HttpResponse<String> answer) {
    return answer.headers().firstValue("access-control-allow-origin").orElse("none");
  }

  @Test
  void pageOfAnAllowedOriginPublishesAndReadsTheAnswer() throws Exception {
    String plain = "http://127.0.0.1:" + server.plainHttp();
    HttpResponse<String> asked = preflight(plain, "/topics/t", APP);
    assertThat(asked.statusCode()).isEqualTo(204);
    assertThat(allowed(asked)).isEqualTo(APP);
    assertThat(asked.headers().firstValue("access-control-allow-methods").orElse(""))
        .contains("POST");
    assertThat(asked.headers().firstValue("access-control-allow-headers").orElse(""))
        .isEqualTo("authorization,x-amz-date");

    HttpResponse<String> answer = server.signed("POST", "/topics/t", Map.of("Origin", APP), "x");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(allowed(answer)).isEqualTo(APP);
    assertThat(answer.headers().allValues("vary")).contains("Origin");
    assertThat(answer.headers().firstValue("access-control-allow-credentials")).isEmpty();

    HttpResponse<String> refused =
        server.signed("POST", "/topics/t?qos=7", Map.of("Origin", APP), "x");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(allowed(refused)).as("the page may read why").isEqualTo(APP);
  }

  @Test
  void pageOfAnotherOriginMayNotWithoutTls() throws Exception {
    String plain = "http://127.0.0.1:" + server.plainHttp();
    HttpResponse<String> asked = preflight(plain, "/topics/t", OTHER);
    assertThat(asked.statusCode()).isEqualTo(403);
    assertThat(allowed(asked)).isEqualTo("none");
    HttpResponse<String> answer = server.signed("POST", "/topics/t", Map.of("Origin", OTHER), "x");
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(allowed(answer)).isEqualTo("none");
  }

  @Test
  void everyPageMaySignItsRequestsOverTlsButNotCallTheServersOwnPaths() throws Exception {
    String secure = "https://localhost:" + server.port();
    assertThat(allowed(preflight(secure, "/topics/t", OTHER))).isEqualTo(OTHER);
    HttpResponse<String> own = preflight(secure, "/_thingstead/limits", OTHER);
    assertThat(own.statusCode()).isEqualTo(403);
    assertThat(allowed(own)).isEqualTo("none");
  }

  @Test
  void whoIsNoBrowserHearsNothingOfIt() throws Exception {
    assertThat(allowed(server.signed("POST", "/topics/t", Map.of(), "x"))).isEqualTo("none");
  }
}
