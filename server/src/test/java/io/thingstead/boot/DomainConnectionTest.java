package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.boot.RunningNode.Device;
import io.thingstead.installed.Socks;
import io.thingstead.net.TestAuthority;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.ApplicationProtocol;
import software.amazon.awssdk.services.iot.model.AuthenticationType;
import software.amazon.awssdk.services.iot.model.AuthorizerStatus;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.CreateDomainConfigurationRequest;
import software.amazon.awssdk.services.iot.model.DomainConfigurationStatus;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two accounts with several endpoints each, called by mosquitto, curl and openssl by their names.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DomainConnectionTest {
  private static final String OTHER = "123456789012";
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:";

  /** Lets in who knows the word, as the certificate that it has shown or as somebody. */
  private static final String WORDS =
      """
      const { X509Certificate } = require('node:crypto');
      exports.handler = async (event) => {
        const { tls, mqtt, http } = event.protocolData;
        const word = http?.headers?.word ?? Buffer.from(mqtt?.password ?? '', 'base64').toString();
        const shown = tls.x509CertificatePem && new X509Certificate(tls.x509CertificatePem);
        console.log('asked', tls.serverName, shown?.subject, tls.principalId);
        const topics = 'arn:aws:iot:*:*:topic/';
        return {
          isAuthenticated: word === 'secret',
          principalId: tls.principalId ?? 'somebody',
          disconnectAfterInSeconds: 3600,
          refreshAfterInSeconds: 300,
          policyDocuments: [{ Version: '2012-10-17', Statement: [
            { Effect: 'Allow', Action: ['iot:Connect', 'iot:Subscribe'], Resource: '*' },
            { Effect: 'Allow', Action: 'iot:Publish', Resource: [topics + 'words',
              topics + 'of/${iot:Connection.Thing.ThingName}/${iot:Certificate.Subject.CommonName}',
            ] }] }],
        };
      };
      """;

  /** Lets one certificate in. */
  private static final String LOOK =
      """
      exports.handler = async (event) => ({
        isAuthenticated: event.principalId === 'ALLOWED' && event.serverName === 'look.example'
          && event.clientCertificateChain[0].startsWith('-----BEGIN CERTIFICATE-----'),
      });
      """;

  private final Socks socks = new Socks();
  private Path directory = Path.of("");
  private @Nullable RunningNode node;
  private @Nullable Device device;
  private @Nullable Device second;
  private @Nullable AwsCredentials other;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    directory = temporary;
    RunningNode started = new RunningNode(directory, FunctionCode.settings());
    node = started;
    device = started.device("pump1");
    second = started.device("pump2");
    other = started.account(OTHER);
    String role = started.functionRole();
    try (LambdaClient lambda = started.lambda();
        IotClient iot = started.iot()) {
      function(lambda, role, "words", WORDS);
      function(lambda, role, "look", LOOK.replace("ALLOWED", device().certificateId()));
      iot.createAuthorizer(
          a ->
              a.authorizerName("words")
                  .authorizerFunctionArn(ARN + "words")
                  .signingDisabled(true)
                  .status(AuthorizerStatus.ACTIVE));
      iot.createThing(t -> t.thingName("pump1"));
      iot.attachThingPrincipal(t -> t.thingName("pump1").principal(device().arn()));
      endpoint(iot, "x509", AuthenticationType.AWS_X509, ApplicationProtocol.SECURE_MQTT, c -> {});
      endpoint(iot, "https", AuthenticationType.AWS_X509, ApplicationProtocol.HTTPS, c -> {});
      endpoint(iot, "sign", AuthenticationType.AWS_SIGV4, ApplicationProtocol.HTTPS, c -> {});
      endpoint(iot, "wss", AuthenticationType.AWS_SIGV4, ApplicationProtocol.MQTT_WSS, c -> {});
      endpoint(
          iot,
          "custom",
          AuthenticationType.CUSTOM_AUTH,
          ApplicationProtocol.SECURE_MQTT,
          c -> c.authorizerConfig(a -> a.defaultAuthorizerName("words")));
      endpoint(
          iot,
          "both",
          AuthenticationType.CUSTOM_AUTH_X509,
          ApplicationProtocol.SECURE_MQTT,
          c -> c.authorizerConfig(a -> a.defaultAuthorizerName("words")));
      endpoint(
          iot,
          "bothhttps",
          AuthenticationType.CUSTOM_AUTH_X509,
          ApplicationProtocol.HTTPS,
          c -> c.authorizerConfig(a -> a.defaultAuthorizerName("words")));
      endpoint(
          iot,
          "look",
          AuthenticationType.AWS_X509,
          ApplicationProtocol.SECURE_MQTT,
          c -> c.clientCertificateConfig(v -> v.clientCertificateCallbackArn(ARN + "look")));
    }
    try (IotClient iot = started.iot(Objects.requireNonNull(other))) {
      endpoint(iot, "other", AuthenticationType.DEFAULT, ApplicationProtocol.DEFAULT, c -> {});
    }
  }

  private static void function(LambdaClient lambda, String role, String name, String code) {
    lambda.createFunction(
        f ->
            f.functionName(name)
                .runtime("nodejs20.x")
                .handler("index.handler")
                .role(role)
                .code(c -> c.zipFile(FunctionCode.zip("index.js", code))));
    lambda.addPermission(
        p ->
            p.functionName(name)
                .statementId("iot")
                .action("lambda:InvokeFunction")
                .principal("iot.amazonaws.com"));
  }

  private static void endpoint(
      IotClient iot,
      String name,
      AuthenticationType type,
      ApplicationProtocol protocol,
      Consumer<CreateDomainConfigurationRequest.Builder> more) {
    iot.createDomainConfiguration(
        c -> {
          c.domainConfigurationName(name)
              .domainName(name + ".example")
              .authenticationType(type)
              .applicationProtocol(protocol);
          more.accept(c);
        });
  }

  @AfterAll
  void stop() {
    socks.close();
    node().close();
  }

  private RunningNode node() {
    return Objects.requireNonNull(node);
  }

  private Device device() {
    return Objects.requireNonNull(device);
  }

  private Device second() {
    return Objects.requireNonNull(second);
  }

  private String refusals() throws Exception {
    return node().signed("GET", "/_thingstead/refusals", Map.of(), "").body();
  }

  /** The exit code and what it printed. */
  private static String run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() + " " + said;
  }

  private String[] mosquitto(String program, String host, Path ca, String... more) {
    List<String> command = new ArrayList<>(List.of("stdbuf", "-oL", program));
    command.addAll(List.of("--proxy", socks.url(), "-h", host));
    command.addAll(List.of("-p", String.valueOf(node().devicePort()), "-V", "5", "-q", "1", "-d"));
    command.addAll(List.of("--cafile", ca.toString()));
    command.addAll(Arrays.asList(more));
    return command.toArray(String[]::new);
  }

  private String publish(String host, String topic, String... more) throws Exception {
    String[] all = Arrays.copyOf(more, more.length + 6);
    System.arraycopy(new String[] {"-i", "pump1", "-t", topic, "-m", "1"}, 0, all, more.length, 6);
    return run(mosquitto("mosquitto_pub", host, node().ca(), all));
  }

  private static String[] with(Device device, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("--cert", device.certificate().toString(), "--key", device.key().toString()));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  private static final String[] WORD = {"-u", "u", "-P", "secret"};

  @Test
  void anEndpointForCertificatesWantsOneAndSpeaksOnlyMqtt() throws Exception {
    assertThat(publish("x509.example", "a", with(device()))).startsWith("0 ").contains("RC:0");
    assertThat(publish("x509.example", "a")).doesNotStartWith("0 ");
    assertThat(refusals())
        .contains("domain configuration x509 has authenticationType AWS_X509, and the client");
    assertThat(
            publish(
                "x509.example", "a", "-u", "u?x-amz-customauthorizer-name=words", "-P", "secret"))
        .as("a custom authorizer is not asked")
        .doesNotStartWith("0 ");
    assertThat(curl("x509.example", with(device()))).doesNotStartWith("0 ");
    assertThat(refusals()).contains("applicationProtocol SECURE_MQTT, which is not HTTP");
  }

  @Test
  void anEndpointForCustomAuthorizersAsksItsOwnAndNobodyElse() throws Exception {
    assertThat(publish("custom.example", "words", WORD)).startsWith("0 ").contains("RC:0");
    assertThat(publish("custom.example", "else", WORD)).contains("RC:135");
    assertThat(
            publish(
                "custom.example", "words", "-u", "?x-amz-customauthorizer-name=no", "-P", "secret"))
        .as("what a client names does not count")
        .startsWith("0 ");
    assertThat(publish("custom.example", "words", with(device()))).doesNotStartWith("0 ");
    assertThat(refusals()).contains("custom authorizer words does not know it");
    try (IotClient iot = node().iot()) {
      iot.updateDomainConfiguration(
          u ->
              u.domainConfigurationName("custom")
                  .authorizerConfig(
                      a -> a.defaultAuthorizerName("words").allowAuthorizerOverride(true)));
      assertThat(
              publish(
                  "custom.example",
                  "words",
                  "-u",
                  "?x-amz-customauthorizer-name=no",
                  "-P",
                  "secret"))
          .doesNotStartWith("0 ");
      assertThat(refusals()).contains("there is no custom authorizer no");
      iot.updateDomainConfiguration(
          u ->
              u.domainConfigurationName("custom")
                  .authorizerConfig(
                      a -> a.defaultAuthorizerName("words").allowAuthorizerOverride(false)));
    }
  }

  @Test
  void anEndpointForBothWantsTheCertificateAndTheWord() throws Exception {
    String topic = "of/pump1/AWS IoT Certificate";
    List<String> word = List.of(WORD);
    String[] all = with(device(), word.toArray(String[]::new));
    assertThat(publish("both.example", topic, all)).startsWith("0 ").contains("RC:0");
    String log = node().signed("GET", "/_thingstead/functions/log?name=words", Map.of(), "").body();
    assertThat(log)
        .contains("asked both.example CN=AWS IoT Certificate " + device().certificateId());
    assertThat(publish("both.example", "a", all))
        .as("what the certificate's own policy allows")
        .contains("RC:135");
    assertThat(publish("both.example", topic, with(device(), "-u", "u", "-P", "guess")))
        .doesNotStartWith("0 ");
    assertThat(publish("both.example", topic, WORD)).doesNotStartWith("0 ");
    assertThat(refusals()).contains("CUSTOM_AUTH_X509, and the client showed no certificate");
    assertThat(
            curl(
                "bothhttps.example",
                with(device(), "-H", "word: secret", "-d", "x", "-w", "%{http_code}")))
        .contains("403")
        .contains("authorizer words");
    assertThat(curlTo("bothhttps.example", "/topics/words", with(device(), "-H", "word: secret")))
        .contains("\"OK\"");
    assertThat(curlTo("bothhttps.example", "/topics/words", "-H", "word: secret"))
        .contains("wants a client certificate");
    assertThat(curlTo("bothhttps.example", "/topics/words", with(device())))
        .contains("does not know it");
  }

  @Test
  void aCertificateThatIsDeactivatedEndsWhatNeededItToo() throws Exception {
    Device own = node().device("pump3");
    String[] command =
        mosquitto(
            "mosquitto_sub",
            "both.example",
            node().ca(),
            with(own, "-u", "u", "-P", "secret", "-i", "pump3", "-t", "nothing"));
    Process live = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader said =
            new BufferedReader(new InputStreamReader(live.getInputStream(), UTF_8));
        IotClient iot = node().iot()) {
      await(said, "received CONNACK (0)");
      iot.updateCertificate(
          u -> u.certificateId(own.certificateId()).newStatus(CertificateStatus.INACTIVE));
      await(said, "Received DISCONNECT (135)");
    } finally {
      live.destroyForcibly();
    }
  }

  private static void await(BufferedReader said, String what) throws Exception {
    StringBuilder before = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.contains(what)) {
        return;
      }
      before.append(line).append('\n');
    }
    throw new AssertionError("it never said '" + what + "', but: " + before);
  }

  private String curl(String host, String... more) throws Exception {
    return curlTo(host, "/topics/a", more);
  }

  private String curlTo(String host, String path, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("curl", "-s", "--cacert", node().ca().toString(), "-X", "POST"));
    command.addAll(List.of("--resolve", host + ":" + node().port() + ":127.0.0.1"));
    command.addAll(Arrays.asList(more));
    command.add("https://" + host + ":" + node().port() + path);
    return run(command.toArray(String[]::new));
  }

  private String[] signing(AwsCredentials key) {
    return new String[] {
      "--aws-sigv4",
      "aws:amz:us-east-1:iotdata",
      "--user",
      key.accessKeyId() + ":" + key.secretAccessKey()
    };
  }

  @Test
  void httpsEndpointsTakeTheOneProofTheyAreFor() throws Exception {
    assertThat(curl("https.example", with(device()))).contains("\"OK\"");
    assertThat(curl("https.example")).contains("wants a client certificate");
    assertThat(curl("https.example", signing(node().administrator())))
        .contains("so it takes no signatures");
    assertThat(curl("sign.example", signing(node().administrator()))).contains("\"OK\"");
    assertThat(curl("sign.example", with(device()))).contains("Missing Authentication Token");
    assertThat(curl("sign.example", signing(Objects.requireNonNull(other))))
        .contains("of another account than domain configuration sign");
    assertThat(publish("https.example", "a", with(device()))).doesNotStartWith("0 ");
    assertThat(refusals()).contains("applicationProtocol HTTPS, which is not MQTT");
  }

  /** The status line of the answer to the opening of a WebSocket. */
  private String opened(String host, String target) throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            new TestAuthority()
                .trustingAnybody()
                .getSocketFactory()
                .createSocket("127.0.0.1", node().port())) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(host)));
      socket.setSSLParameters(parameters);
      socket
          .getOutputStream()
          .write(
              ("GET "
                      + target
                      + " HTTP/1.1\r\nHost: "
                      + host
                      + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                      + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n"
                      + "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n")
                  .getBytes(UTF_8));
      return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
    }
  }

  private String signedTarget(String host) throws Exception {
    return node().signedWebSocket("wss", host).replaceFirst("wss://[^/]*", "");
  }

  @Test
  void anEndpointForWebSocketsSpeaksNothingElse() throws Exception {
    assertThat(opened("wss.example", signedTarget("wss.example"))).contains(" 101 ");
    assertThat(opened("wss.example", "/mqtt")).contains(" 403 ");
    assertThat(opened("sign.example", signedTarget("sign.example"))).contains(" 403 ");
    assertThat(curl("wss.example", signing(node().administrator())))
        .contains("speaks MQTT, and MQTT over WebSocket at /mqtt");
    assertThat(publish("wss.example", "a", with(device()))).doesNotStartWith("0 ");
  }

  @Test
  void aFunctionLooksAtCertificates() throws Exception {
    assertThat(publish("look.example", "a", with(device()))).startsWith("0 ");
    assertThat(publish("look.example", "a", with(second()))).doesNotStartWith("0 ");
    assertThat(refusals()).contains("of domain configuration look does not let it in");
    assertThat(publish("x509.example", "a", with(second()))).startsWith("0 ");
  }

  @Test
  void aHostNameIsOfItsAccountAlone() throws Exception {
    assertThat(publish("other.example", "a", with(device())))
        .as("its certificate is of the first account")
        .doesNotStartWith("0 ");
    try (IotClient iot = node().iot(Objects.requireNonNull(other));
        IotDataPlaneClient data = node().data(Objects.requireNonNull(other))) {
      iot.createPolicy(p -> p.policyName("any").policyDocument(RunningNode.ANY_POLICY));
      iot.registerCertificateWithoutCA(
          r ->
              r.certificatePem(readString(device().certificate()))
                  .status(CertificateStatus.ACTIVE));
      iot.attachPolicy(
          p -> p.policyName("any").target(device().arn().replace("000000000000", OTHER)));
      assertThat(publish("other.example", "same", with(device(), "-r"))).startsWith("0 ");
      assertThat(data.getRetainedMessage(r -> r.topic("same")).payload().asUtf8String())
          .isEqualTo("1");
    }
    try (IotDataPlaneClient data = node().data()) {
      assertThat(data.listRetainedMessages(r -> {}).retainedTopics())
          .as("the first account has not heard of it")
          .noneMatch(each -> each.topic().equals("same"));
    }
  }

  private static String readString(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** What openssl agrees on, or how it is refused. */
  private String handshake(String host, String... more) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-brief"));
    command.addAll(List.of("-connect", "127.0.0.1:" + node().devicePort(), "-servername", host));
    command.addAll(Arrays.asList(more));
    return run(command.toArray(String[]::new));
  }

  private void policy(IotClient iot, String name, String policy) {
    iot.updateDomainConfiguration(
        u ->
            u.domainConfigurationName(name)
                .tlsConfig(t -> t.securityPolicy("IoTSecurityPolicy_" + policy)));
  }

  @Test
  void eachSecurityPolicyHasItsVersionsAndCiphers() throws Exception {
    Path certificate = directory.resolve("rsa.crt");
    Path key = directory.resolve("rsa.key");
    String made =
        run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=rsa.example",
            "-addext",
            "subjectAltName=DNS:rsa.example",
            "-addext",
            "extendedKeyUsage=serverAuth",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-keyout",
            key.toString(),
            "-out",
            certificate.toString());
    assertThat(made).startsWith("0 ");
    try (IotClient iot = node().iot()) {
      String arn = bring(certificate, key, "");
      iot.createDomainConfiguration(
          c ->
              c.domainConfigurationName("rsa")
                  .domainName("rsa.example")
                  .serverCertificateArns(arn));
      String version = "Protocol version: ";
      for (String both : List.of("TLS13_1_2_2022_10", "TLS13_1_2_2022_01")) {
        policy(iot, "rsa", both);
        assertThat(handshake("rsa.example", "-tls1_3")).contains(version + "TLSv1.3");
        assertThat(handshake("rsa.example", "-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"))
            .contains(version + "TLSv1.2", "Ciphersuite: ECDHE-RSA-AES256-GCM-SHA384");
        assertThat(handshake("rsa.example", "-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"))
            .contains("Ciphersuite: ECDHE-RSA-AES128-SHA");
      }
      assertThat(handshake("rsa.example", "-tls1_2", "-cipher", "AES128-GCM-SHA256"))
          .as("the policy for FIPS has forward secrecy")
          .doesNotStartWith("0 ");
      policy(iot, "rsa", "TLS13_1_2_2022_10");
      assertThat(handshake("rsa.example", "-tls1_2", "-cipher", "AES128-GCM-SHA256"))
          .contains("Ciphersuite: AES128-GCM-SHA256");
      policy(iot, "rsa", "TLS13_1_3_2022_10");
      assertThat(handshake("rsa.example", "-tls1_3")).contains(version + "TLSv1.3");
      assertThat(handshake("rsa.example", "-tls1_2")).contains("alert protocol version");
      for (String old : List.of("TLS12_1_2_2022_10", "TLS12_1_0_2016_01", "TLS12_1_0_2015_01")) {
        policy(iot, "rsa", old);
        assertThat(handshake("rsa.example", "-tls1_2")).contains(version + "TLSv1.2");
        assertThat(handshake("rsa.example", "-tls1_3")).contains("alert protocol version");
        assertThat(handshake("rsa.example", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"))
            .contains("alert protocol version");
      }
      policy(iot, "iot:Data-ATS", "TLS12_1_2_2022_10");
      assertThat(handshake("localhost", "-tls1_3")).contains("alert protocol version");
      assertThat(handshake(OTHER + ".localhost", "-tls1_3"))
          .as("another account has a policy of its own")
          .contains(version + "TLSv1.3");
      policy(iot, "iot:Data-ATS", "TLS13_1_2_2022_10");
      assertThat(handshake("localhost", "-tls1_3")).contains(version + "TLSv1.3");
    }
  }

  private String bring(Path certificate, Path key, String arn) throws Exception {
    String body =
        JsonMapper.shared()
            .writeValueAsString(
                Map.of(
                    "certificate",
                    Files.readString(certificate),
                    "key",
                    Files.readString(key),
                    "certificateArn",
                    arn));
    String answer =
        node().signed("POST", "/_thingstead/server-certificates", Map.of(), body).body();
    Matcher found = Pattern.compile("arn:aws:acm:[^\"]+").matcher(answer);
    assertThat(found.find()).as(answer).isTrue();
    return found.group();
  }

  /** A certificate for a host name that signs itself. */
  private Path[] selfSigned(String file, String host) throws Exception {
    Path certificate = directory.resolve(file + ".crt");
    Path key = directory.resolve(file + ".key");
    assertThat(
            run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=" + file,
                "-addext",
                "subjectAltName=DNS:" + host,
                "-addext",
                "extendedKeyUsage=serverAuth",
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString()))
        .startsWith("0 ");
    return new Path[] {certificate, key};
  }

  @Test
  void aCertificateIsReplacedAndAnEndpointDisabledUnderALiveConnection() throws Exception {
    Path[] first = selfSigned("first", "gate.example");
    Path[] next = selfSigned("next", "gate.example");
    String arn = bring(first[0], first[1], "");
    try (IotClient iot = node().iot();
        IotDataPlaneClient data = node().data()) {
      iot.createDomainConfiguration(
          c ->
              c.domainConfigurationName("gate")
                  .domainName("gate.example")
                  .serverCertificateArns(arn));
      String[] command =
          mosquitto(
              "mosquitto_sub",
              "gate.example",
              first[0],
              with(device(), "-i", "live", "-t", "gate/#", "-C", "1"));
      Process live = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (BufferedReader said =
          new BufferedReader(new InputStreamReader(live.getInputStream(), UTF_8))) {
        await(said, "Subscribed");
        assertThat(handshake("gate.example")).contains("CN = first");
        assertThat(bring(next[0], next[1], arn)).isEqualTo(arn);
        assertThat(handshake("gate.example")).contains("CN = next");
        assertThat(handshake("x509.example")).contains("CN = x509.example");
        iot.updateDomainConfiguration(
            u ->
                u.domainConfigurationName("gate")
                    .domainConfigurationStatus(DomainConfigurationStatus.DISABLED));
        assertThat(handshake("gate.example")).contains("alert access denied");
        assertThat(refusals()).contains("domain configuration gate of gate.example is DISABLED");
        data.publish(p -> p.topic("gate/a").qos(1).payload(SdkBytes.fromUtf8String("still here")));
        await(said, "still here");
        assertThat(live.waitFor(10, TimeUnit.SECONDS)).isTrue();
      } finally {
        live.destroyForcibly();
      }
      iot.deleteDomainConfiguration(d -> d.domainConfigurationName("gate"));
      assertThat(handshake("gate.example")).as("as everywhere else").contains("CN = localhost");
    }
  }
}
