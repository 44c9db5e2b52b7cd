package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.cli.Cli;
import io.thingstead.cli.Surroundings;
import io.thingstead.config.Machine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Signing in to the console, and what a browser that has done so may and may not do. */
class ConsoleApiTest {
  private static final String SESSION = "/_thingstead/console/session";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;
  private static HttpClient browser;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningNode(directory);
    browser = HttpClient.newBuilder().sslContext(trusting(server.ca())).build();
  }

  @AfterAll
  static void stop() {
    browser.close();
    server.close();
  }

  private static SSLContext trusting(Path ca) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var in = Files.newInputStream(ca)) {
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static HttpResponse<String> ask(
      int port, String method, String path, String body, Map<String, String> headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String run(String... arguments) {
    return run(Map.of(), false, arguments);
  }

  private static String run(Map<String, String> environment, boolean seen, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    Surroundings surroundings =
        new Surroundings(environment, Machine.here(), print, print, seen, Clock.systemUTC());
    int code = new Cli(_ -> 0, surroundings).run(arguments);
    assertThat(code).as(out.toString(StandardCharsets.UTF_8)).isZero();
    return out.toString(StandardCharsets.UTF_8).strip();
  }

  private static String link() {
    return run("console", "--data=" + directory.resolve("data"));
  }

  private static String origin(int port) {
    return "https://localhost:" + port;
  }

  /** A browser that has signed in: its cookie and what it was told. */
  private record SignedIn(int port, String cookie, JsonNode told) {
    Map<String, String> headers() {
      return Map.of(
          "Cookie",
          cookie,
          "Origin",
          origin(port),
          "Sec-Fetch-Site",
          "same-origin",
          "x-thingstead-csrf",
          told.path("csrfToken").asString());
    }

    HttpResponse<String> ask(String method, String path, String body) throws Exception {
      return ConsoleApiTest.ask(port, method, path, body, headers());
    }
  }

  private static SignedIn signIn(int port) throws Exception {
    String token = link().replaceFirst(".*#sign-in=", "");
    HttpResponse<String> answer =
        ask(
            port,
            "POST",
            SESSION,
            JSON.writeValueAsString(Map.of("link", token)),
            Map.of("Origin", origin(port)));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    String set = answer.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(set)
        .matches(
            "__Host-thingstead-" + port + "=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Secure");
    return new SignedIn(port, set.replaceFirst(";.*", ""), JSON.readTree(answer.body()));
  }

  @Test
  void theCommandPrintsALinkThatSignsInOnce() throws Exception {
    String link = link();
    assertThat(link).matches("https://localhost:" + server.port() + "/console/#sign-in=[\\w-]{43}");
    String body = JSON.writeValueAsString(Map.of("link", link.replaceFirst(".*=", "")));
    Map<String, String> page = Map.of("Origin", origin(server.port()));
    HttpResponse<String> first = ask(server.port(), "POST", SESSION, body, page);
    assertThat(first.statusCode()).isEqualTo(200);
    JsonNode told = JSON.readTree(first.body());
    assertThat(told.path("account").asString()).isEqualTo("000000000000");
    assertThat(told.path("principal").asString())
        .isEqualTo(server.accessKey().getFirst() + "/console");
    assertThat(told.path("deviceHost").asString()).isEqualTo("localhost");
    assertThat(told.path("devicePort").asInt()).isEqualTo(server.devicePort());
    assertThat(told.path("deviceLoopback").asBoolean()).isTrue();
    assertThat(told.path("hosts").toString()).isEqualTo("[\"localhost\",\"127.0.0.1\"]");
    assertThat(told.path("otherHosts").valueStream().map(JsonNode::asString))
        .isSubsetOf(Machine.here().names())
        .doesNotContain("localhost", "127.0.0.1", "::1");
    assertThat(told.path("ca").asString()).isEqualTo(Files.readString(server.ca()));

    HttpResponse<String> second = ask(server.port(), "POST", SESSION, body, page);
    assertThat(second.statusCode()).isEqualTo(401);
    assertThat(second.body()).contains("has been used or is older than 5 minutes");
  }

  @Test
  void overSshTheCommandSaysHowToGetThere() {
    String said =
        run(
            Map.of("USER", "eve", "SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 22"),
            true,
            "console",
            "--data=" + directory.resolve("data"));
    assertThat(said)
        .contains("/console/#sign-in=")
        .contains("Good once, for 5 minutes. If the browser warns")
        .contains("ssh -N -L " + server.port() + ":localhost:" + server.port() + " eve@192.0.2.1");
  }

  @Test
  void anAccessKeySignsIn() throws Exception {
    List<String> key = server.accessKey();
    Map<String, String> page = Map.of("Origin", origin(server.port()));
    String right =
        JSON.writeValueAsString(
            Map.of("accessKeyId", key.getFirst(), "secretAccessKey", key.getLast()));
    assertThat(ask(server.port(), "POST", SESSION, right, page).statusCode()).isEqualTo(200);
    String wrong =
        JSON.writeValueAsString(Map.of("accessKeyId", key.getFirst(), "secretAccessKey", "x"));
    HttpResponse<String> refused = ask(server.port(), "POST", SESSION, wrong, page);
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("Set-Cookie")).isEmpty();
    assertThat(run("refusals", "--data=" + directory.resolve("data")))
        .contains("refused sign-in principal=" + key.getFirst() + ": from 127.0.0.1: there is no");
  }

  @Test
  void aSessionCallsThePublicApiAsTheAdministrator() throws Exception {
    SignedIn person = signIn(server.port());
    assertThat(person.ask("POST", "/things/by-console", "{}").statusCode()).isEqualTo(200);
    assertThat(person.ask("GET", "/things/by-console", "").body()).contains("by-console");
    assertThat(person.ask("GET", "/_thingstead/clients", "").statusCode()).isEqualTo(200);
    assertThat(person.ask("GET", SESSION, "").body()).isEqualTo(person.told().toString());
  }

  @Test
  void thePageNamesTheServiceAsASignatureWould() throws Exception {
    SignedIn person = signIn(server.port());
    Map<String, String> data = new java.util.HashMap<>(person.headers());
    data.put("x-thingstead-service", "iotdata");
    assertThat(ask(server.port(), "POST", "/things/t/shadow", "{\"state\":{}}", data).statusCode())
        .isEqualTo(200);
    data.put("x-thingstead-service", "nonsense");
    assertThat(ask(server.port(), "GET", "/things/t/shadow", "", data).statusCode()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "x-thingstead-csrf,",
    "x-thingstead-csrf,guessed",
    "Origin,https://evil.example",
    "Origin,https://localhost:1",
    "Sec-Fetch-Site,cross-site",
    "Sec-Fetch-Site,same-site",
    "Cookie,"
  })
  void noOtherPageCanUseTheSession(String header, String value) throws Exception {
    SignedIn person = signIn(server.port());
    Map<String, String> headers = new java.util.HashMap<>(person.headers());
    if (value == null) {
      headers.remove(header);
    } else {
      headers.put(header, value);
    }
    HttpResponse<String> made = ask(server.port(), "POST", "/things/forged", "{}", headers);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(403);
    assertThat(person.ask("GET", "/things/forged", "").statusCode()).isEqualTo(404);
  }

  @Test
  void noOtherPageCanSignAPersonInOrOut() throws Exception {
    String body = JSON.writeValueAsString(Map.of("link", link().replaceFirst(".*=", "")));
    Map<String, String> evil = Map.of("Origin", "https://evil.example");
    assertThat(ask(server.port(), "POST", SESSION, body, evil).statusCode()).isEqualTo(403);

    SignedIn person = signIn(server.port());
    Map<String, String> tokenless = Map.of("Cookie", person.cookie());
    assertThat(ask(server.port(), "DELETE", SESSION, "", tokenless).statusCode()).isEqualTo(403);
    assertThat(person.ask("GET", SESSION, "").statusCode()).isEqualTo(200);
  }

  @Test
  void whoHasSignedOutIsOut() throws Exception {
    SignedIn person = signIn(server.port());
    HttpResponse<String> out = person.ask("DELETE", SESSION, "");
    assertThat(out.headers().firstValue("Set-Cookie").orElseThrow()).contains("Max-Age=0");
    assertThat(person.ask("GET", SESSION, "").statusCode()).isEqualTo(401);
    HttpResponse<String> call = person.ask("GET", "/things", "");
    assertThat(call.headers().firstValue("x-amzn-errortype").orElseThrow())
        .startsWith("MissingAuthenticationTokenException");
  }

  @Test
  void aSessionMakesNoSignInLinks() throws Exception {
    SignedIn person = signIn(server.port());
    assertThat(person.ask("POST", "/_thingstead/console/link", "").statusCode()).isEqualTo(403);
  }

  @Test
  void theAdministratorsPortServesTheWholeConsole() throws Exception {
    SignedIn person = signIn(server.adminPort());
    Map<String, String> data = new java.util.HashMap<>(person.headers());
    data.put("x-thingstead-service", "iotdata");
    assertThat(
            ask(server.adminPort(), "POST", "/things/a/shadow", "{\"state\":{}}", data)
                .statusCode())
        .isEqualTo(200);
    assertThat(upgrade(server.adminPort(), person.cookie(), origin(server.adminPort())))
        .isEqualTo("HTTP/1.1 101 Switching Protocols");
    assertThat(upgrade(server.adminPort(), "", origin(server.adminPort())))
        .isEqualTo("HTTP/1.1 403 Forbidden");
    assertThat(ask(server.devicePort(), "GET", "/console/", "", Map.of()).statusCode())
        .isNotEqualTo(200);
  }

  @Test
  void aWebSocketIsOpenedByTheConsolesOwnPageOnly() throws Exception {
    SignedIn person = signIn(server.port());
    assertThat(upgrade(server.port(), person.cookie(), origin(server.port())))
        .isEqualTo("HTTP/1.1 101 Switching Protocols");
    assertThat(upgrade(server.port(), person.cookie(), "https://evil.example"))
        .isEqualTo("HTTP/1.1 403 Forbidden");
    assertThat(upgrade(server.port(), person.cookie(), "")).isEqualTo("HTTP/1.1 403 Forbidden");
    assertThat(upgrade(server.port(), "", origin(server.port())))
        .isEqualTo("HTTP/1.1 403 Forbidden");
  }

  /** The status line of the answer to one who asks for MQTT over WebSocket. */
  private static String upgrade(int port, String cookie, String origin) throws Exception {
    try (Socket socket = trusting(server.ca()).getSocketFactory().createSocket("localhost", port)) {
      socket.setSoTimeout(10_000);
      StringBuilder request =
          new StringBuilder("GET /mqtt HTTP/1.1\r\nHost: localhost:" + port + "\r\n")
              .append("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")
              .append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
              .append("Sec-WebSocket-Protocol: mqtt\r\n");
      if (!cookie.isEmpty()) {
        request.append("Cookie: ").append(cookie).append("\r\n");
      }
      if (!origin.isEmpty()) {
        request.append("Origin: ").append(origin).append("\r\n");
      }
      socket
          .getOutputStream()
          .write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
      StringBuilder line = new StringBuilder();
      for (int c = socket.getInputStream().read(); c != '\r' && c >= 0; ) {
        line.append((char) c);
        c = socket.getInputStream().read();
      }
      return line.toString();
    }
  }

  @Test
  void thePageIsGuardedAndItsPartsAreKept() throws Exception {
    HttpResponse<String> page = ask(server.port(), "GET", "/console/", "", Map.of());
    assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
    assertThat(page.body()).contains("<div id=\"root\">").doesNotContain("<style", "<script>");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-cache");

    String script = page.body().replaceFirst("(?s).*src=\"(/console/assets/[^\"]+)\".*", "$1");
    for (String encoding : List.of("br", "gzip")) {
      HttpResponse<String> part =
          ask(server.port(), "GET", script, "", Map.of("Accept-Encoding", "x, " + encoding));
      assertThat(part.headers().firstValue("Content-Encoding")).hasValue(encoding);
      assertThat(part.headers().firstValue("Content-Type").orElseThrow())
          .startsWith("text/javascript");
      assertThat(part.headers().firstValue("Cache-Control").orElseThrow()).contains("immutable");
    }
    String etag =
        ask(server.port(), "GET", script, "", Map.of()).headers().firstValue("ETag").orElseThrow();
    assertThat(ask(server.port(), "GET", script, "", Map.of("If-None-Match", etag)).statusCode())
        .isEqualTo(304);
    assertThat(ask(server.port(), "GET", "/console/assets/none.js", "", Map.of()).statusCode())
        .isEqualTo(404);
    assertThat(ask(server.port(), "GET", "/console", "", Map.of()).statusCode()).isEqualTo(308);
  }
}
