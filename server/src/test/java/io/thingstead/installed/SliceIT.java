package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/**
 * The main job from end to end: things, certificates and policies made by the AWS CLI, devices that
 * are mosquitto clients, shadows, a rule, and a server that is killed.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SliceIT {
  private static final String POLICY =
      """
      {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:*:*:client/*"},
        {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive", "iot:RetainPublish"],
         "Resource": ["arn:aws:iot:*:*:topic/room/*", "arn:aws:iot:*:*:topic/sensors/*",
                      "arn:aws:iot:*:*:topic/alerts/*", "arn:aws:iot:*:*:topic/$aws/things/*"]},
        {"Effect": "Allow", "Action": "iot:Subscribe",
         "Resource": ["arn:aws:iot:*:*:topicfilter/room/*", "arn:aws:iot:*:*:topicfilter/alerts/*",
                      "arn:aws:iot:*:*:topicfilter/$aws/things/*"]}]}
      """;

  private static Installed server;
  private static HttpServer hook;
  private static final BlockingQueue<String> posted = new LinkedBlockingQueue<>();
  private static final BlockingQueue<String> confirmations = new LinkedBlockingQueue<>();
  private static String arn = "";

  @BeforeAll
  static void start() throws IOException {
    hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hook.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          boolean confirm =
              exchange.getRequestHeaders().containsKey("x-amz-rules-engine-message-type");
          (confirm ? confirmations : posted).add(body);
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    hook.start();
    server = Installed.start("--allow-target", "127.0.0.1");
  }

  @AfterAll
  static void stop() {
    hook.stop(0);
    server.close();
  }

  private static Installed.Ran mosquitto(String program, String device, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program, "--cafile"));
    command.add(server.data().resolve("ca.pem").toString());
    command.addAll(List.of("--cert", device + ".crt", "--key", device + ".key"));
    command.addAll(List.of("-h", "localhost", "-p", String.valueOf(server.device)));
    command.addAll(Arrays.asList(arguments));
    return server.run(command.toArray(String[]::new));
  }

  /** The first message on one topic after t1 has published on another, or the same. */
  private static String ask(
      String topic, String answer, String message, String version, String qos) {
    List<String> options = new ArrayList<>(List.of("-i", "t1", "-V", version, "-q", qos));
    options.addAll(List.of("-t", topic, "-e", answer, "-m", message, "-W", "20"));
    return mosquitto("mosquitto_rr", "t1", options.toArray(String[]::new)).ok();
  }

  private static String certificate(String name, String... options) {
    List<String> command =
        new ArrayList<>(List.of("iot", "create-keys-and-certificate", "--output", "text"));
    command.addAll(List.of("--query", "certificateArn"));
    command.addAll(List.of("--certificate-pem-outfile", name + ".crt"));
    command.addAll(List.of("--private-key-outfile", name + ".key"));
    command.addAll(Arrays.asList(options));
    return server.awsOk(command.toArray(String[]::new));
  }

  @Test
  @Order(1)
  void theAwsCliMakesAThingWithACertificateAndAPolicy() throws IOException {
    assertThat(server.awsOk("iot", "create-thing", "--thing-name", "t1")).contains(":thing/t1");
    arn = certificate("t1", "--set-as-active");
    assertThat(arn).startsWith("arn:aws:iot:us-east-1:000000000000:cert/");
    Files.writeString(server.dir.resolve("policy.json"), POLICY);
    server.awsOk(
        "iot", "create-policy", "--policy-name", "p", "--policy-document", "file://policy.json");
    server.awsOk("iot", "attach-policy", "--policy-name", "p", "--target", arn);
    server.awsOk("iot", "attach-thing-principal", "--thing-name", "t1", "--principal", arn);
    assertThat(server.awsOk("iot", "describe-endpoint")).contains("localhost");
    assertThat(server.awsOk("iot", "list-thing-principals", "--thing-name", "t1")).contains(arn);
  }

  @ParameterizedTest
  @CsvSource({"mqttv311, 0", "mqttv311, 1", "mqttv311, 2", "mqttv5, 0", "mqttv5, 1", "mqttv5, 2"})
  @Order(2)
  void aDeviceGetsWhatItPublishes(String version, String qos) {
    String topic = "room/" + version + "/" + qos;
    String got = ask(topic, topic, "hello", version, qos);

    assertThat(got).isEqualTo("hello");
  }

  @Test
  @Order(3)
  void strangersAreRefusedAndTheLogSaysWhy() {
    certificate("inactive");
    server
        .run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            "/CN=x",
            "-days",
            "9",
            "-keyout",
            "unknown.key",
            "-out",
            "unknown.crt")
        .ok();
    String ca = server.data().resolve("ca.pem").toString();
    String port = String.valueOf(server.device);

    var none =
        server.run(
            "mosquitto_pub",
            "--cafile",
            ca,
            "-h",
            "localhost",
            "-p",
            port,
            "-i",
            "none",
            "-t",
            "room/a",
            "-m",
            "x",
            "-q",
            "1");
    var unknown = mosquitto("mosquitto_pub", "unknown", "-i", "u", "-t", "room/a", "-m", "x");
    var inactive =
        mosquitto("mosquitto_pub", "inactive", "-i", "in", "-t", "room/a", "-m", "x", "-q", "1");
    var topic =
        mosquitto(
            "mosquitto_pub",
            "t1",
            "-i",
            "t1",
            "-t",
            "cellar/a",
            "-m",
            "x",
            "-q",
            "1",
            "-V",
            "mqttv5");
    var filter = mosquitto("mosquitto_sub", "t1", "-i", "t1", "-t", "cellar/#", "-E");

    assertThat(none.code()).isNotZero();
    assertThat(unknown.code()).isNotZero();
    assertThat(inactive.code()).isNotZero();
    assertThat(topic.output()).containsIgnoringCase("not authorized");
    assertThat(filter.output()).containsIgnoringCase("denied");
    assertThat(server.printed())
        .contains("refused connect client=none")
        .contains("refused connect client=in")
        .contains("is INACTIVE")
        .contains(
            "refused publish client=t1 topic=cellar/a: no statement of policies [p] allows"
                + " iot:Publish on arn:aws:iot:us-east-1:000000000000:topic/cellar/a"
                + " (try: ./thingstead why t1 publish cellar/a)")
        .contains(
            "refused subscribe client=t1 topic=cellar/#: no statement of policies [p] allows"
                + " iot:Subscribe on arn:aws:iot:us-east-1:000000000000:topicfilter/cellar/#");
  }

  @Test
  @Order(4)
  void aShadowAnswersAcceptedDeltaAndDocuments() {
    String shadow = "$aws/things/t1/shadow/update";
    String update = "{\"state\":{\"desired\":{\"on\":true},\"reported\":{\"on\":false}}}";

    for (String answer : List.of("accepted", "delta", "documents")) {
      String got = ask(shadow, shadow + "/" + answer, update, "311", "1");
      assertThat(got).contains("\"on\":");
    }
    String read = server.awsOk("iot-data", "get-thing-shadow", "--thing-name", "t1", "/dev/stdout");

    assertThat(read).contains("\"delta\":{\"on\":true}").contains("\"version\":3");
  }

  @Test
  @Order(5)
  void anApiPublishReachesTheOfflineDevicesSession() {
    mosquitto("mosquitto_sub", "t1", "-i", "away", "-c", "-q", "1", "-E", "-t", "room/away/#").ok();
    for (int i = 0; i < 3; i++) {
      server.awsOk(
          "iot-data",
          "publish",
          "--topic",
          "room/away/" + i,
          "--qos",
          "1",
          "--payload",
          Base64.getEncoder().encodeToString(("m" + i).getBytes(StandardCharsets.UTF_8)));
    }
    mosquitto(
            "mosquitto_pub", "t1", "-i", "other", "-q", "1", "-r", "-t", "room/kept", "-m", "kept")
        .ok();
  }

  @Test
  @Order(6)
  void aRuleRepublishesAndPosts() throws Exception {
    String url = "http://127.0.0.1:" + hook.getAddress().getPort() + "/hot";
    Files.writeString(
        server.dir.resolve("rule.json"),
        """
        {"sql": "SELECT temperature, topic(2) AS device, timestamp() AS ts FROM 'sensors/+/t' WHERE temperature > 50",
         "awsIotSqlVersion": "2016-03-23",
         "actions": [
           {"republish": {"roleArn": "arn:aws:iam::000000000000:role/r", "topic": "alerts/${topic(2)}", "qos": 1}},
           {"http": {"url": "%s"}}]}
        """
            .formatted(url));
    server.awsOk(
        "iot",
        "create-topic-rule",
        "--rule-name",
        "hot",
        "--topic-rule-payload",
        "file://rule.json");
    String confirmation = confirmations.poll(20, TimeUnit.SECONDS);
    assertThat(confirmation).contains("confirmationToken");
    String link = confirmation.replaceAll(".*\"enableUrl\"\\s*:\\s*\"([^\"]+)\".*", "$1");
    String ca = server.data().resolve("ca.pem").toString();
    assertThat(server.run("curl", "-sS", "--cacert", ca, link).ok()).isEqualTo("confirmed");

    String got =
        ask("sensors/t1/t", "alerts/t1", "{\"temperature\": 51.5, \"other\": 1}", "311", "1");
    mosquitto(
            "mosquitto_pub",
            "t1",
            "-i",
            "t1",
            "-q",
            "1",
            "-t",
            "sensors/t1/t",
            "-m",
            "{\"temperature\": 50}")
        .ok();

    assertThat(got).matches("\\{\"temperature\":51.5,\"device\":\"t1\",\"ts\":[0-9]{13}}");
    assertThat(posted.poll(20, TimeUnit.SECONDS)).isEqualTo(got);
    assertThat(posted).isEmpty();
  }

  @Test
  @Order(7)
  void everythingAcknowledgedIsThereAfterAKill() {
    server.killAndRestart();

    try (IotClient iot = Sdk.iot(server);
        IotDataPlaneClient data = Sdk.data(server)) {
      assertThat(iot.listThings().things()).extracting("thingName").containsExactly("t1");
      assertThat(iot.listCertificates().certificates()).extracting("certificateArn").contains(arn);
      assertThat(iot.listPolicies().policies()).extracting("policyName").containsExactly("p");
      assertThat(iot.listTopicRules().rules()).extracting("ruleName").containsExactly("hot");
      assertThat(data.getThingShadow(r -> r.thingName("t1")).payload().asUtf8String())
          .contains("\"version\":3");
    }
    assertThat(
            mosquitto("mosquitto_sub", "t1", "-i", "t9", "-C", "1", "-W", "20", "-t", "room/kept")
                .ok())
        .isEqualTo("kept");
    assertThat(
            mosquitto(
                    "mosquitto_sub",
                    "t1",
                    "-i",
                    "away",
                    "-c",
                    "-q",
                    "1",
                    "-C",
                    "3",
                    "-W",
                    "20",
                    "-t",
                    "room/away/#")
                .ok())
        .isEqualTo("m0\nm1\nm2");
  }

  private static void refused(String code, String... command) {
    assertThat(server.aws(command))
        .satisfies(ran -> assertThat(ran.code()).isNotZero())
        .satisfies(ran -> assertThat(ran.output()).contains("An error occurred (" + code + ")"));
  }

  @Test
  @Order(8)
  void theAwsCliCleansUpInTheRightOrderAndHearsOfEveryWrongOne() throws Exception {
    String id = arn.substring(arn.indexOf('/') + 1);
    String[] deleteThing = {"iot", "delete-thing", "--thing-name", "t1"};
    String[] deletePolicy = {"iot", "delete-policy", "--policy-name", "p"};
    String[] deleteCertificate = {"iot", "delete-certificate", "--certificate-id", id};
    refused("InvalidRequestException", deleteThing);
    refused("DeleteConflictException", deletePolicy);
    refused("CertificateStateException", deleteCertificate);
    refused(
        "ResourceAlreadyExistsException",
        "iot",
        "create-policy",
        "--policy-name",
        "p",
        "--policy-document",
        "file://policy.json");
    refused(
        "ResourceNotFoundException",
        "iot",
        "attach-policy",
        "--policy-name",
        "p",
        "--target",
        arn.substring(0, arn.length() - 8) + "00000000");

    server.awsOk("iot", "detach-thing-principal", "--thing-name", "t1", "--principal", arn);
    // A client that is connected is cut off, and cannot come back.
    try (var watching =
        Mosquitto.tls(server, "localhost", "t1").listen("watching", "-t", "room/#")) {
      server.awsOk("iot", "update-certificate", "--certificate-id", id, "--new-status", "INACTIVE");
      assertThat(watching.process().waitFor(20, TimeUnit.SECONDS)).as("it is refused").isTrue();
    }
    server.awsOk("iot", "detach-policy", "--policy-name", "p", "--target", arn);
    server.awsOk(deleteCertificate);
    server.awsOk(deletePolicy);
    server.awsOk(deleteThing);

    try (IotClient iot = Sdk.iot(server)) {
      assertThat(iot.listThings().things()).isEmpty();
      assertThat(iot.listPolicies().policies()).isEmpty();
      assertThat(iot.listCertificates().certificates())
          .extracting("certificateArn")
          .doesNotContain(arn);
    }
  }
}
