package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.AuthorizerStatus;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** Clients that other people wrote come in by custom authorizers, or do not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CustomAuthorizerTest {
  private static final String FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:door";

  /** The word that a client knows is its name; each may use its own topics. */
  private static final String CODE =
      """
      let calls = 0;
      exports.handler = async (event) => {
        calls++;
        const data = event.protocolData;
        console.log('asked', event.protocols.join('+'), JSON.stringify(event.connectionMetadata));
        const words = { secret: 'pump', sesame: 'valve' };
        const word = event.token ?? data.http?.headers?.word
            ?? new URLSearchParams(data.http?.queryString).get('word')
            ?? Buffer.from(data.mqtt?.password ?? '', 'base64').toString();
        const who = words[word];
        return {
          isAuthenticated: who !== undefined,
          principalId: who ?? 'nobody',
          disconnectAfterInSeconds: 3600,
          refreshAfterInSeconds: 300,
          policyDocuments: [JSON.stringify({ Version: '2012-10-17', Statement: [
            { Effect: 'Allow', Action: 'iot:Connect', Resource: '*' },
            { Effect: 'Allow', Action: ['iot:Publish', 'iot:Receive'],
              Resource: ['arn:aws:iot:*:*:topic/' + who + '/*', 'arn:aws:iot:*:*:topic/js/*'] },
            { Effect: 'Allow', Action: 'iot:Subscribe', Resource: '*' }] })],
        };
      };
      """;

  private @Nullable RunningNode node;
  private @Nullable KeyPair keys;
  private @Nullable HttpClient http;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    RunningNode started = new RunningNode(directory, FunctionCode.settings());
    node = started;
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair made = generator.generateKeyPair();
    keys = made;
    http = HttpClient.newBuilder().sslContext(trusting(started.ca())).build();
    String role = started.functionRole();
    try (LambdaClient lambda = started.lambda();
        IotClient iot = started.iot()) {
      lambda.createFunction(
          f ->
              f.functionName("door")
                  .runtime("nodejs20.x")
                  .handler("index.handler")
                  .role(role)
                  .code(c -> c.zipFile(FunctionCode.zip("index.js", CODE))));
      lambda.addPermission(
          p ->
              p.functionName("door")
                  .statementId("iot")
                  .action("lambda:InvokeFunction")
                  .principal("iot.amazonaws.com"));
      iot.createAuthorizer(
          a ->
              a.authorizerName("words")
                  .authorizerFunctionArn(FUNCTION)
                  .signingDisabled(true)
                  .enableCachingForHttp(true)
                  .status(AuthorizerStatus.ACTIVE));
      iot.createAuthorizer(
          a ->
              a.authorizerName("signed")
                  .authorizerFunctionArn(FUNCTION)
                  .tokenKeyName("tok")
                  .tokenSigningPublicKeys(
                      Map.of(
                          "k",
                          "-----BEGIN PUBLIC KEY-----\n"
                              + Base64.getMimeEncoder()
                                  .encodeToString(made.getPublic().getEncoded())
                              + "\n-----END PUBLIC KEY-----\n"))
                  .status(AuthorizerStatus.ACTIVE));
      iot.createAuthorizer(
          a -> a.authorizerName("asleep").authorizerFunctionArn(FUNCTION).signingDisabled(true));
    }
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

  @AfterAll
  void stop() {
    Objects.requireNonNull(http).close();
    node().close();
  }

  private RunningNode node() {
    return Objects.requireNonNull(node);
  }

  private String signature(String token) throws Exception {
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(Objects.requireNonNull(keys).getPrivate());
    signature.update(token.getBytes(StandardCharsets.UTF_8));
    return URLEncoder.encode(
        Base64.getEncoder().encodeToString(signature.sign()), StandardCharsets.UTF_8);
  }

  /** The exit code of Debian's mosquitto_pub without a certificate, and what it printed. */
  private String mosquitto(String user, String password, String topic)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("mosquitto_pub", "-V", "5", "-q", "1"));
    command.addAll(List.of("--cafile", node().ca().toString(), "-h", "localhost"));
    command.addAll(List.of("-p", String.valueOf(node().devicePort()), "-i", "pump1"));
    command.addAll(List.of("-u", user, "-P", password, "-t", topic, "-m", "1", "-d"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() + " " + said;
  }

  private String refusals() throws Exception {
    return node().signed("GET", "/_thingstead/refusals", Map.of(), "").body();
  }

  private String calls() throws Exception {
    return node().signed("GET", "/_thingstead/functions/log?name=door", Map.of(), "").body();
  }

  @Test
  void mosquittoComesInByUserNameAndPassword() throws Exception {
    String user = "pump1?x-amz-customauthorizer-name=words&SDK=Mosquitto";
    assertThat(mosquitto(user, "secret", "pump/t"))
        .startsWith("0 ")
        .contains("received PUBACK (Mid: 1, RC:0)");
    assertThat(mosquitto(user, "secret", "valve/t")).contains("RC:135");
    assertThat(refusals())
        .contains(
            "no statement of policies [authorizer words] allows iot:Publish", "topic/valve/t");
    assertThat(mosquitto(user, "guess", "pump/t")).doesNotStartWith("0 ");
    assertThat(refusals()).contains("custom authorizer words does not know it");
    assertThat(mosquitto("pump1?x-amz-customauthorizer-name=asleep", "secret", "pump/t"))
        .doesNotStartWith("0 ");
    assertThat(refusals()).contains("custom authorizer asleep is INACTIVE");
    assertThat(mosquitto("pump1", "secret", "pump/t")).doesNotStartWith("0 ");
    assertThat(refusals()).contains("names no custom authorizer");
  }

  @Test
  void aTokenIsVerifiedBeforeTheFunctionIsCalled() throws Exception {
    String user = "u?x-amz-customauthorizer-name=signed&tok=secret";
    assertThat(
            mosquitto(
                user + "&x-amz-customauthorizer-signature=" + signature("secret"), "", "pump/t"))
        .startsWith("0 ");
    String before = calls();
    assertThat(
            mosquitto(
                user + "&x-amz-customauthorizer-signature=" + signature("sesame"), "", "pump/t"))
        .doesNotStartWith("0 ");
    assertThat(mosquitto(user, "", "pump/t")).doesNotStartWith("0 ");
    assertThat(calls()).as("the function was not called").isEqualTo(before);
    assertThat(refusals())
        .contains("signature is of none of the keys", "wants the token's signature");
  }

  @Test
  void mqttJsComesInOverAWebSocket() throws Exception {
    String url =
        "wss://localhost:%d/mqtt?x-amz-customauthorizer-name=words&word=secret"
            .formatted(node().port());
    Map<String, ?> options =
        Map.of("protocolVersion", 5, "ca", node().ca().toString(), "clientId", "js");
    Object argument = Map.of("url", url, "options", options, "count", 20, "size", 100, "qos", 1);
    assertThat(NpmClient.run("mqttjs.cjs", argument, node().ca())).contains("heard 20");
    assertThat(calls()).contains("asked tls+http+mqtt");
  }

  private HttpResponse<String> publish(String topic, String query, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("https://localhost:" + node().devicePort() + "/topics/" + topic + query))
            .POST(HttpRequest.BodyPublishers.ofString("x"));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return Objects.requireNonNull(http).send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aPublishOverHttpsComesInByHeaderOrQuery() throws Exception {
    String name = "x-amz-customauthorizer-name";
    assertThat(publish("valve/t", "", name, "words", "word", "sesame").statusCode()).isEqualTo(200);
    assertThat(publish("valve/t", "?" + name + "=words&word=sesame").statusCode()).isEqualTo(200);
    String before = calls();
    assertThat(publish("valve/t", "?" + name + "=words&word=sesame").statusCode()).isEqualTo(200);
    assertThat(calls()).as("kept for the same connection and word").isEqualTo(before);
    assertThat(publish("pump/t", "", name, "words", "word", "sesame").statusCode()).isEqualTo(403);
    assertThat(publish("valve/t", "", name, "words", "word", "guess").statusCode()).isEqualTo(403);
    assertThat(publish("valve/t", "", name, "nobody").statusCode()).isEqualTo(403);
    assertThat(publish("valve/t", "").statusCode()).isEqualTo(403);
  }

  @Test
  void theDefaultDecidesAboutWhoNamesNone() throws Exception {
    try (IotClient iot = node().iot()) {
      iot.setDefaultAuthorizer(a -> a.authorizerName("words"));
      assertThat(mosquitto("pump1", "secret", "pump/t")).startsWith("0 ");
      assertThat(publish("valve/t", "", "word", "sesame").statusCode()).isEqualTo(200);
      iot.clearDefaultAuthorizer(_ -> {});
    }
  }
}
