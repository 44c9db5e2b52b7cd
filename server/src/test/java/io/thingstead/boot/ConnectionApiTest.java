package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.thingstead.cli.Cli;
import io.thingstead.cli.Surroundings;
import io.thingstead.config.Machine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The connection API and the commands over it, with a public MQTT client at the other end. */
class ConnectionApiTest extends ApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String POLICY =
      """
      {"Version":"2012-10-17","Statement":[
       {"Effect":"Allow","Action":"iot:*","Resource":"*"},
       {"Effect":"Deny","Action":"iot:Receive","Resource":"arn:aws:iot:*:*:topic/secret"}]}\
      """;
  private static final int PATIENCE = 10;

  private final List<Mqtt5BlockingClient> clients = new ArrayList<>();
  private final BlockingQueue<Mqtt5DisconnectReasonCode> ends = new LinkedBlockingQueue<>();

  @BeforeEach
  void letAnyoneIn() {
    if (iot().listPolicies().policies().isEmpty()) {
      iot().createPolicy(r -> r.policyName("any").policyDocument(POLICY));
      iot().attachPolicy(r -> r.policyName("any").target("anonymous"));
    }
  }

  @AfterEach
  void disconnectAll() {
    clients.stream().filter(c -> c.getState().isConnected()).forEach(c -> c.disconnect());
    clients.clear();
  }

  private Mqtt5BlockingClient client(String id) {
    Mqtt5BlockingClient client =
        Mqtt5Client.builder()
            .identifier(id)
            .serverHost("127.0.0.1")
            .serverPort(node().plainMqtt())
            .addDisconnectedListener(
                context -> {
                  if (context.getSource() == MqttDisconnectSource.SERVER
                      && context.getCause() instanceof Mqtt5DisconnectException e) {
                    ends.add(e.getMqttMessage().getReasonCode());
                  }
                })
            .buildBlocking();
    clients.add(client);
    return client;
  }

  private Mqtt5BlockingClient joined(String id, long expirySeconds) {
    Mqtt5BlockingClient client = client(id);
    client
        .connectWith()
        .cleanStart(false)
        .sessionExpiryInterval(expirySeconds)
        .keepAlive(45)
        .send();
    return client;
  }

  private JsonNode got(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private void refused(HttpResponse<String> answer, int status, String error, String why) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("x-amzn-errortype").orElse("")).isEqualTo(error);
    assertThat(JSON.readTree(answer.body()).path("message").asString("")).contains(why);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return node().signed("GET", path, Map.of(), "");
  }

  private HttpResponse<String> send(String path, String body) throws Exception {
    return node().signed("POST", path, Map.of(), body);
  }

  // GetConnection.

  @Test
  void aConnectionIsDescribedWhileItLastsAndAfter() throws Exception {
    Mqtt5BlockingClient client = joined("seen", 600);
    JsonNode is = got(get("/connections/seen"));
    assertThat(is.path("connected").asBoolean()).isTrue();
    assertThat(is.path("clientId").asString()).isEqualTo("seen");
    assertThat(is.path("cleanSession").asBoolean(true)).isFalse();
    assertThat(is.path("sessionExpiry").asLong()).isEqualTo(600);
    assertThat(is.path("keepAliveDuration").asInt()).isEqualTo(45);
    assertThat(is.path("connectedSince").asLong()).isPositive();
    assertThat(is.has("sourceIp")).isFalse();
    assertThat(is.has("disconnectReason")).isFalse();
    assertThat(is.has("disconnectedSince")).isFalse();

    is = got(get("/connections/seen?includeSocketInformation=true"));
    assertThat(is.path("sourceIp").asString()).isEqualTo("127.0.0.1");
    assertThat(is.path("sourcePort").asInt()).isPositive();
    assertThat(is.path("targetIp").asString()).isEqualTo("127.0.0.1");
    assertThat(is.path("targetPort").asInt()).isEqualTo(node().plainMqtt());

    client.disconnect();
    is = untilDisconnected("seen");
    assertThat(is.path("disconnectReason").asString()).isEqualTo("CLIENT_INITIATED_DISCONNECT");
    assertThat(is.path("disconnectedSince").asLong()).isPositive();
    assertThat(is.has("connectedSince")).isFalse();
  }

  private JsonNode untilDisconnected(String id) throws Exception {
    while (true) {
      JsonNode is = got(get("/connections/" + id));
      if (!is.path("connected").asBoolean()) {
        return is;
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void aClientNobodyKnowsIsNotFound() throws Exception {
    for (String path : List.of("/connections/nobody", "/connections/nobody/subscriptions")) {
      refused(get(path), 404, "ResourceNotFoundException", "client nobody is not connected");
    }
    refused(
        send("/connections/nobody/messages?topic=t", "x"),
        404,
        "ResourceNotFoundException",
        "client nobody is not connected");
    refused(404, "ResourceNotFoundException", () -> data().deleteConnection(r -> r.clientId("no")));
    refused(get("/connections/%24reserved"), 400, "InvalidRequestException", "$");
    refused(400, "InvalidRequestException", () -> data().deleteConnection(r -> r.clientId("$no")));
  }

  // ListSubscriptions.

  @Test
  void subscriptionsAreListedInPagesAlsoOfAClientThatIsAway() throws Exception {
    Mqtt5BlockingClient client = joined("a/subscriptions", 600);
    client.subscribeWith().topicFilter("c/+").qos(MqttQos.AT_MOST_ONCE).send();
    client.subscribeWith().topicFilter("b").qos(MqttQos.AT_LEAST_ONCE).send();
    client.subscribeWith().topicFilter("$share/g/a").qos(MqttQos.AT_LEAST_ONCE).send();
    client.disconnect();

    String path = "/connections/a%2Fsubscriptions/subscriptions";
    JsonNode first = got(get(path + "?maxResults=2"));
    assertThat(first.path("subscriptions"))
        .map(one -> one.path("topicFilter").asString() + " " + one.path("qos").asInt())
        .containsExactly("$share/g/a 1", "b 1");
    JsonNode rest = got(get(path + "?nextToken=" + first.path("nextToken").asString()));
    assertThat(rest.path("subscriptions"))
        .map(one -> one.path("topicFilter").asString() + " " + one.path("qos").asInt())
        .containsExactly("c/+ 0");
    assertThat(rest.has("nextToken")).isFalse();
    refused(get(path + "?nextToken=***"), 400, "InvalidRequestException", "nextToken");
    refused(get(path + "?maxResults=201"), 400, "InvalidRequestException", "maxResults");
  }

  // DeleteConnection.

  @Test
  void aDeletedConnectionHearsWhyAndKeepsItsSessionUnlessThatGoesToo() throws Exception {
    joined("kept", 600).subscribeWith().topicFilter("t").qos(MqttQos.AT_LEAST_ONCE).send();
    data().deleteConnection(r -> r.clientId("kept"));
    assertThat(ends.poll(PATIENCE, TimeUnit.SECONDS))
        .isEqualTo(Mqtt5DisconnectReasonCode.ADMINISTRATIVE_ACTION);
    JsonNode is = got(get("/connections/kept"));
    assertThat(is.path("disconnectReason").asString()).isEqualTo("API_INITIATED_DISCONNECT");
    assertThat(got(get("/connections/kept/subscriptions")).path("subscriptions")).hasSize(1);

    data().deleteConnection(r -> r.clientId("kept").cleanSession(true));
    refused(get("/connections/kept/subscriptions"), 404, "ResourceNotFoundException", "no session");
    refused(
        404, "ResourceNotFoundException", () -> data().deleteConnection(r -> r.clientId("kept")));
  }

  @Test
  void aDeletedConnectionsWillIsPublishedUnlessItIsPrevented() throws Exception {
    Mqtt5BlockingClient watcher = joined("watcher", 0);
    try (var got = watcher.publishes(MqttGlobalPublishFilter.ALL)) {
      watcher.subscribeWith().topicFilter("will/+").qos(MqttQos.AT_LEAST_ONCE).send();
      withWill("quiet");
      data().deleteConnection(r -> r.clientId("quiet").preventWillMessage(true));
      withWill("loud");
      data().deleteConnection(r -> r.clientId("loud"));
      Mqtt5Publish will = got.receive(PATIENCE, TimeUnit.SECONDS).orElseThrow();
      assertThat(will.getTopic()).hasToString("will/loud");
    }
  }

  private void withWill(String id) {
    client(id)
        .connectWith()
        .willPublish()
        .topic("will/" + id)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("gone".getBytes(StandardCharsets.UTF_8))
        .applyWillPublish()
        .send();
  }

  // SendDirectMessage.

  @Test
  void aDirectMessageReachesAClientThatSubscribesToNothing() throws Exception {
    Mqtt5BlockingClient client = joined("direct", 0);
    Mqtt5BlockingClient other = joined("other", 0);
    try (var got = client.publishes(MqttGlobalPublishFilter.ALL);
        var seen = other.publishes(MqttGlobalPublishFilter.ALL)) {
      other.subscribeWith().topicFilter("#").send();
      JsonNode answer =
          got(
              node()
                  .signed(
                      "POST",
                      "/connections/direct/messages?topic=do%2Fit&confirmation=true&timeout=10"
                          + "&contentType=text%2Fplain&responseTopic=done",
                      Map.of(
                          "x-amz-mqtt5-user-properties", base64("[{\"k\":\"v\"}]"),
                          "x-amz-mqtt5-payload-format-indicator", "UTF8_DATA",
                          "x-amz-mqtt5-correlation-data", base64("7")),
                      "now"));
      assertThat(answer.path("message").asString()).isEqualTo("OK");
      assertThat(answer.path("traceId").asString()).isNotBlank();
      Mqtt5Publish message = got.receive(PATIENCE, TimeUnit.SECONDS).orElseThrow();
      assertThat(message.getTopic()).hasToString("do/it");
      assertThat(message.getPayloadAsBytes()).asString().isEqualTo("now");
      assertThat(message.getQos()).isEqualTo(MqttQos.AT_LEAST_ONCE);
      assertThat(message.isRetain()).isFalse();
      assertThat(message.getContentType().orElseThrow()).hasToString("text/plain");
      assertThat(message.getResponseTopic().orElseThrow()).hasToString("done");
      assertThat(message.getUserProperties().asList())
          .map(p -> p.getName() + "=" + p.getValue())
          .containsExactly("k=v");

      got(send("/connections/direct/messages?topic=unconfirmed", "0"));
      message = got.receive(PATIENCE, TimeUnit.SECONDS).orElseThrow();
      assertThat(message.getQos()).isEqualTo(MqttQos.AT_MOST_ONCE);

      // Whoever subscribes to everything has heard nothing of it.
      data().publish(r -> r.topic("after"));
      assertThat(seen.receive(PATIENCE, TimeUnit.SECONDS).orElseThrow().getTopic())
          .hasToString("after");
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aDirectMessageThatIsNotAcknowledgedInTimeIsNotConfirmed() throws Exception {
    Mqtt5BlockingClient client = joined("silent", 600);
    try (var got = client.publishes(MqttGlobalPublishFilter.ALL, true)) {
      refused(
          send("/connections/silent/messages?topic=t&confirmation=true&timeout=1", "x"),
          504,
          "GatewayTimeoutException",
          "did not acknowledge");
      assertThat(got.receive(PATIENCE, TimeUnit.SECONDS)).isPresent();
    }
  }

  @Test
  void aDirectMessageIsRefusedWithTheReason() throws Exception {
    joined("picky", 0);
    refused(
        send("/connections/picky/messages?topic=secret", "x"),
        403,
        "ForbiddenException",
        "iot:Receive on secret");
    refused(
        send("/connections/picky/messages?topic=%24aws%2Fthings%2Ft%2Fshadow%2Fget", "x"),
        400,
        "InvalidRequestException",
        "reserved");
    refused(
        send("/connections/picky/messages?topic=a%2F%2B", "x"),
        400,
        "InvalidRequestException",
        "wildcard");
    refused(
        send("/connections/picky/messages?topic=t&confirmation=true&timeout=16", "x"),
        400,
        "InvalidRequestException",
        "timeout");
    refused(
        send("/connections/picky/messages?topic=t", "x".repeat((128 << 10) + 1)),
        413,
        "RequestEntityTooLargeException",
        "131073 bytes");
    Mqtt5BlockingClient small = client("small");
    small.connectWith().restrictions().maximumPacketSize(512).applyRestrictions().send();
    refused(
        send("/connections/small/messages?topic=t&confirmation=true", "x".repeat(600)),
        413,
        "RequestEntityTooLargeException",
        "Maximum Packet Size");

    joined("away", 600).disconnect();
    untilDisconnected("away");
    refused(
        send("/connections/away/messages?topic=t", "x"),
        404,
        "ResourceNotFoundException",
        "its session is kept");
  }

  @Test
  void theAwsSdkForJavaScriptKnowsTheseOperations() throws Exception {
    Mqtt5BlockingClient client = joined("a/sdk client", 600);
    List<String> key = node().accessKey();
    try (var got = client.publishes(MqttGlobalPublishFilter.ALL)) {
      for (String filter : List.of("$share/g/s", "t")) {
        client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
      }
      JsonNode said =
          JSON.readTree(
              NpmClient.run(
                  "sdk3.cjs",
                  Map.of(
                      "endpoint",
                      "http://127.0.0.1:" + node().plainHttp(),
                      "region",
                      "us-east-1",
                      "accessKey",
                      key.getFirst(),
                      "secretKey",
                      key.getLast(),
                      "clientId",
                      "a/sdk client",
                      "topic",
                      "direct"),
                  node().ca()));
      assertThat(said.path("connected").path("connected").asBoolean()).isTrue();
      assertThat(said.path("connected").path("sourceIp").asString()).isEqualTo("127.0.0.1");
      assertThat(said.path("subscriptions"))
          .map(one -> one.path("topicFilter").asString())
          .containsExactly("$share/g/s", "t");
      assertThat(said.path("sent").path("message").asString()).isEqualTo("OK");
      Mqtt5Publish message = got.receive(PATIENCE, TimeUnit.SECONDS).orElseThrow();
      assertThat(message.getPayloadAsBytes()).asString().isEqualTo("hello");
      assertThat(message.getUserProperties().asList()).hasSize(1);
      assertThat(said.path("left").path("disconnectReason").asString())
          .isEqualTo("API_INITIATED_DISCONNECT");
      assertThat(said.path("away").asString()).isEqualTo("ResourceNotFoundException 404");
      assertThat(said.path("unknown").asString()).isEqualTo("ResourceNotFoundException 404");
      assertThat(said.path("invalid").asString()).isEqualTo("InvalidRequestException 400");
      assertThat(ends.poll(PATIENCE, TimeUnit.SECONDS))
          .isEqualTo(Mqtt5DisconnectReasonCode.ADMINISTRATIVE_ACTION);
    }
  }

  // The commands.

  @Test
  void theCommandsListShowAndDisconnect() throws Exception {
    joined("cli-2", 600).subscribeWith().topicFilter("x/#").qos(MqttQos.AT_LEAST_ONCE).send();
    joined("cli-1", 0);
    joined("cli-3", 600).disconnect();
    untilDisconnected("cli-3");

    String all = run("clients", "list", "--prefix", "cli-");
    assertThat(all.lines().map(line -> line.substring(0, line.indexOf("  since"))))
        .containsExactly(
            "cli-1  connected",
            "cli-2  connected",
            "cli-3  disconnected CLIENT_INITIATED_DISCONNECT");
    assertThat(all).contains("from 127.0.0.1  as anonymous  subscriptions 1  queued 0");
    JsonNode page =
        JSON.readTree(
            run(
                "clients",
                "list",
                "--prefix",
                "cli-",
                "--connected",
                "--limit",
                "1",
                "--output",
                "json"));
    assertThat(page.path("clients")).hasSize(1);
    assertThat(page.path("next").asString()).isEqualTo("cli-1");
    assertThat(run("clients", "list", "--prefix", "cli-", "--connected", "--after", "cli-1"))
        .startsWith("cli-2  connected")
        .doesNotContain("cli-3");

    assertThat(run("clients", "show", "cli-2"))
        .containsPattern("connected +true")
        .containsPattern("sourceIp +127.0.0.1")
        .containsPattern("subscription +x/# \\(QoS 1\\)");

    assertThat(run("clients", "disconnect", "cli-2", "--forget-session"))
        .isEqualTo("disconnected cli-2\n");
    assertThat(ends.poll(PATIENCE, TimeUnit.SECONDS))
        .isEqualTo(Mqtt5DisconnectReasonCode.ADMINISTRATIVE_ACTION);
    JsonNode gone = JSON.readTree(run("clients", "show", "cli-2", "--output", "json"));
    assertThat(gone.path("connected").asBoolean()).isFalse();
    assertThat(gone.path("subscriptions")).isEmpty();
  }

  private String run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Path home = node().ca().resolveSibling("..").normalize();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    Surroundings surroundings =
        new Surroundings(
            Map.of(),
            new Machine(home, List.of("localhost"), 2),
            print,
            print,
            false,
            Clock.systemUTC());
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", node().ca().resolveSibling(".").normalize().toString()));
    int code = new Cli(_ -> 1, surroundings).run(all.toArray(String[]::new));
    String said = out.toString(StandardCharsets.UTF_8);
    assertThat(code).as(said).isZero();
    return said;
  }
}
