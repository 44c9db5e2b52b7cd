package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.cli.Cli;
import io.thingstead.cli.Surroundings;
import io.thingstead.config.Machine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.iotdataplane.model.ThrottlingException;

/** What who runs a server asks of it, by commands, of a whole server in this process. */
class OperatorTest {
  @TempDir static Path directory;
  private static RunningNode node;

  @BeforeAll
  static void start() throws Exception {
    node = new RunningNode(directory);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static String run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    Surroundings surroundings =
        new Surroundings(Map.of(), Machine.here(), print, print, false, Clock.systemUTC());
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.add("--data=" + directory.resolve("data"));
    int code = new Cli(_ -> 0, surroundings).run(all.toArray(String[]::new));
    String said = out.toString(StandardCharsets.UTF_8);
    assertThat(code).as(said).isZero();
    return said;
  }

  /** Callers of the plain port are anonymous, whose policy denies everything. */
  private static void refuse(String clientId) throws MqttException {
    try (MqttClient client =
        new MqttClient("tcp://127.0.0.1:" + node.plainMqtt(), clientId, new MemoryPersistence())) {
      assertThatThrownBy(client::connect).isInstanceOf(MqttException.class);
    }
  }

  private static MqttClient administrator(String clientId) throws Exception {
    String url = node.signedWebSocket("ws", "127.0.0.1:" + node.plainHttp());
    MqttClient client = new MqttClient(url, clientId, new MemoryPersistence());
    client.connect();
    return client;
  }

  @Test
  void refusalsAreShownWithWhatToAskNext() throws Exception {
    refuse("stranger-1");

    assertThat(run("refusals"))
        .containsPattern("refused connect client=stranger-1 .*principal=anonymous: ")
        .contains("(try: ./thingstead why stranger-1 connect)");
    assertThat(run("refusals", "--output", "json"))
        .contains("\"client\":\"stranger-1\"")
        .contains("\"command\":\"./thingstead why stranger-1 connect\"");
    // Nobody has said who that is, but the refusal has.
    assertThat(run("why", "stranger-1", "connect"))
        .startsWith("denied: no statement of policies [] allows iot:Connect on")
        .contains("principal: anonymous");
  }

  @Test
  void administratorsHearOfRefusals() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    MqttClient administrator = administrator("watcher");
    administrator.subscribe(
        "$thingstead/refused/#",
        (topic, message) ->
            heard.add(topic + " " + new String(message.getPayload(), StandardCharsets.UTF_8)));
    refuse("stranger-2");

    assertThat(heard.poll(20, TimeUnit.SECONDS))
        .startsWith("$thingstead/refused/connect {")
        .contains("\"client\":\"stranger-2\"")
        .contains("\"why\":\"")
        .contains(
            "\"ruling\":{\"outcome\":\"IMPLICIT_DENY\",\"action\":\"iot:Connect\",\"resource\":"
                + "\"arn:aws:iot:us-east-1:000000000000:client/stranger-2\",\"policies\":[]");
    administrator.disconnect(0);
    administrator.close();
  }

  @Test
  void changesAreWrittenDownWithWhoWhatAndFromWhereButWithoutSecrets() throws Exception {
    try (IotClient iot = node.iot()) {
      iot.createPolicy(r -> r.policyName("audited").policyDocument(RunningNode.ANY_POLICY));
      String key = iot.createKeysAndCertificate(r -> {}).keyPair().privateKey();
      iot.listPolicies(r -> {});

      String said = run("audit", "--last", "2");
      assertThat(said.lines())
          .satisfiesExactly(
              line -> assertThat(line).contains(" done iot:CreateKeysAndCertificate "),
              line ->
                  assertThat(line)
                      .containsPattern(
                          "Z done iot:CreatePolicy policyName=audited by AKIA\\w+ from 127.0.0.1"));
      assertThat(run("audit", "--output", "json"))
          .contains("\"requestId\"")
          .doesNotContain(key.lines().toList().get(1), "2012-10-17");
    }
  }

  @Test
  void aDeviceThatCallsAnOperatorsRouteIsRefusedAndWrittenDown() throws Exception {
    RunningNode.Device device = node.device("curious");
    Process curl =
        new ProcessBuilder(
                "curl",
                "-sS",
                "--cacert",
                node.ca().toString(),
                "--cert",
                device.certificate().toString(),
                "--key",
                device.key().toString(),
                "--request",
                "POST",
                "--output",
                directory.resolve("answer").toString(),
                "--write-out",
                "%{http_code}",
                "https://localhost:" + node.port() + "/_thingstead/snapshot")
            .start();

    assertThat(new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("403");
    assertThat(run("audit", "--refused"))
        .contains("AccessDeniedException POST /_thingstead/snapshot by " + device.certificateId());
  }

  @Test
  void limitsAreShownAndSetAndHoldForTheNextConnection() throws Exception {
    assertThat(run("account", "limits"))
        .contains("account 000000000000, profile thingstead")
        .containsPattern("connect\\.clientIdBytes +128\n")
        .containsPattern("messages\\.publishesPerSecond +unlimited\n");

    assertThat(
            run(
                "account",
                "limits",
                "--set",
                "connect.clientIdBytes=8",
                "--set",
                "messages.publishesPerSecond=100"))
        .containsPattern("connect\\.clientIdBytes +8 \\(set; default 128\\)")
        .containsPattern("messages\\.publishesPerSecond +100 \\(set; default unlimited\\)");
    assertThatThrownBy(() -> administrator("nine-long")).isInstanceOf(MqttException.class);

    assertThat(
            run(
                "account",
                "limits",
                "000000000000",
                "--reset",
                "connect.clientIdBytes",
                "--reset",
                "messages.publishesPerSecond"))
        .doesNotContain("(set;");
    administrator("nine-long").disconnect(0);
  }

  @Test
  void aPublishOverHttpsBeyondARateIsThrottled() throws Exception {
    run("account", "limits", "--set", "messages.inPerSecond=0");
    try (IotDataPlaneClient data = node.data()) {
      assertThatThrownBy(() -> data.publish(b -> b.topic("t")))
          .isInstanceOfSatisfying(
              ThrottlingException.class, e -> assertThat(e.statusCode()).isEqualTo(429))
          .hasMessageContaining("messages.inPerSecond");
      run("account", "limits", "--reset", "messages.inPerSecond", "--set", "retained.perSecond=0");
      data.publish(b -> b.topic("t"));
      assertThatThrownBy(
              () ->
                  data.publish(
                      b -> b.topic("t").retain(true).payload(SdkBytes.fromUtf8String("x"))))
          .isInstanceOf(ThrottlingException.class);
      run("account", "limits", "--reset", "retained.perSecond", "--set", "api.perSecond=0");
      assertThatThrownBy(() -> data.deleteConnection(b -> b.clientId("c")))
          .isInstanceOf(ThrottlingException.class);
    } finally {
      for (String each : List.of("messages.inPerSecond", "retained.perSecond", "api.perSecond")) {
        run("account", "limits", "--reset", each);
      }
    }
    assertThat(scrape("/metrics"))
        .contains(
            "thingstead_limit_exceeded_total{account=\"000000000000\",limit=\"retained.perSecond\"}");
  }

  @Test
  void aBackupOfTheRunningServerRunsBesideIt(@TempDir Path beside) throws Exception {
    try (IotClient iot = node.iot()) {
      iot.createThing(b -> b.thingName("kept"));
    }
    run("backup", beside.resolve("backup").toString());
    assertThat(directory.resolve("data/snapshot")).doesNotExist();
    try (IotClient iot = node.iot()) {
      iot.createThing(b -> b.thingName("later"));
    }
    new Cli(
            _ -> 0,
            new Surroundings(
                Map.of(), Machine.here(), System.out, System.err, false, Clock.systemUTC()))
        .run(
            "restore",
            beside.resolve("backup").toString(),
            "--data",
            beside.resolve("data").toString());

    try (RunningNode restored = new RunningNode(beside);
        IotClient iot = restored.iot()) {
      assertThat(iot.listThings().things()).extracting("thingName").containsExactly("kept");
      assertThat(restored.accessKey()).isEqualTo(node.accessKey());
      assertThat(restored.ca()).hasSameBinaryContentAs(node.ca());
    }
  }

  /** Every meter of ours is in docs/operations.md, and nothing else is. */
  @Test
  void theMetersAreThoseThatTheManualLists() throws Exception {
    refuse("stranger-3");
    String url = "/metrics";
    String scraped = scrape(url);
    Set<String> served = names(Pattern.compile("(?m)^# TYPE (thingstead_\\w+)"), scraped);
    String manual = Files.readString(Path.of("../docs/operations.md"));
    Set<String> listed = names(Pattern.compile("(?m)^\\| `(thingstead_\\w+)`"), manual);
    // It is there only once a limit has been exceeded.
    listed.remove("thingstead_limit_exceeded_total");
    served.remove("thingstead_limit_exceeded_total");

    assertThat(listed).isEqualTo(served);
  }

  private static Set<String> names(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String scrape(String path) throws Exception {
    List<String> key = node.accessKey();
    Process curl =
        new ProcessBuilder(
                "curl",
                "-sSf",
                "--aws-sigv4",
                "aws:amz:us-east-1:iot",
                "--user",
                key.getFirst() + ":" + key.getLast(),
                "http://127.0.0.1:" + node.plainHttp() + path)
            .redirectErrorStream(true)
            .start();
    String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(curl.waitFor()).as(said).isZero();
    return said;
  }
}
