package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.RepublishAction;
import software.amazon.awssdk.services.iot.model.ThingPrincipalType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Life-cycle events as rules and subscribers of a whole server get them. */
class LifeCycleApiTest extends ApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int PATIENCE = 10;

  @BeforeAll
  void letAnyoneIn() {
    iot().createPolicy(r -> r.policyName("any").policyDocument(RunningNode.ANY_POLICY));
    iot().attachPolicy(r -> r.policyName("any").target("anonymous"));
  }

  private Mqtt5BlockingClient joined(String id) {
    Mqtt5BlockingClient client =
        Mqtt5Client.builder()
            .identifier(id)
            .serverHost("127.0.0.1")
            .serverPort(node().plainMqtt())
            .buildBlocking();
    client.connect();
    return client;
  }

  private static JsonNode next(Mqtt5Publishes got) throws InterruptedException {
    Mqtt5Publish event = got.receive(PATIENCE, TimeUnit.SECONDS).orElseThrow();
    return JSON.readTree(event.getPayloadAsBytes());
  }

  @Test
  void aRuleSelectsEvents() throws Exception {
    RepublishAction left =
        RepublishAction.builder()
            .roleArn("arn:aws:iam::000000000000:role/r")
            .topic("left")
            .qos(1)
            .build();
    String sql =
        "SELECT clientId, disconnectReason, topic(5) AS who"
            + " FROM '$aws/events/presence/disconnected/+' WHERE clientId = 'ruled'";
    iot()
        .createTopicRule(
            r ->
                r.ruleName("presence")
                    .topicRulePayload(
                        p ->
                            p.awsIotSqlVersion("2016-03-23")
                                .sql(sql)
                                .actions(List.of(Action.builder().republish(left).build()))));
    Mqtt5BlockingClient watcher = joined("rule-watcher");
    try (Mqtt5Publishes got = watcher.publishes(MqttGlobalPublishFilter.ALL)) {
      watcher.subscribeWith().topicFilter("left").qos(MqttQos.AT_LEAST_ONCE).send();
      joined("ruled").disconnect();
      JsonNode event = next(got);
      assertThat(event.path("clientId").asString()).isEqualTo("ruled");
      assertThat(event.path("who").asString()).isEqualTo("ruled");
      assertThat(event.path("disconnectReason").asString())
          .isEqualTo("CLIENT_INITIATED_DISCONNECT");
    }
    watcher.disconnect();
  }

  @Test
  void anExclusiveThingIsNamedInItsEventsAndNoOtherIs() throws Exception {
    RunningNode.Device own = node().device("own");
    RunningNode.Device shared = node().device("shared");
    iot().createThing(r -> r.thingName("pump"));
    iot()
        .attachThingPrincipal(
            r ->
                r.thingName("pump")
                    .principal(own.arn())
                    .thingPrincipalType(ThingPrincipalType.EXCLUSIVE_THING));
    iot().createThing(r -> r.thingName("valve"));
    iot().attachThingPrincipal(r -> r.thingName("valve").principal(shared.arn()));

    Mqtt5BlockingClient watcher = joined("thing-watcher");
    try (Mqtt5Publishes got = watcher.publishes(MqttGlobalPublishFilter.ALL)) {
      for (String client : List.of("any-id", "valve")) {
        watcher
            .subscribeWith()
            .topicFilter("$aws/events/presence/+/" + client)
            .qos(MqttQos.AT_LEAST_ONCE)
            .send();
      }
      publish("any-id", own);
      JsonNode connected = next(got);
      assertThat(connected.propertyNames()).startsWith("clientId", "thingName", "timestamp");
      assertThat(connected.path("thingName").asString()).isEqualTo("pump");
      assertThat(connected.path("principalIdentifier").asString()).isEqualTo(own.certificateId());
      JsonNode left = next(got);
      assertThat(left.path("thingName").asString()).isEqualTo("pump");
      assertThat(left.path("eventType").asString()).isEqualTo("disconnected");

      publish("valve", shared);
      connected = next(got);
      assertThat(connected.path("principalIdentifier").asString())
          .isEqualTo(shared.certificateId());
      assertThat(connected.has("thingName")).isFalse();
      String valve = node().signed("GET", "/connections/valve", Map.of(), "").body();
      assertThat(JSON.readTree(valve).path("thingName").asString()).isEqualTo("valve");
    }
    watcher.disconnect();
  }

  /** Connects as this device by mosquitto's client, says something and leaves. */
  private void publish(String clientId, RunningNode.Device as) throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    "mosquitto_pub",
                    "-h",
                    "localhost",
                    "-p",
                    Integer.toString(node().devicePort()),
                    "--cafile",
                    node().ca().toString(),
                    "--cert",
                    as.certificate().toString(),
                    "--key",
                    as.key().toString(),
                    "-i",
                    clientId,
                    "-t",
                    "t",
                    "-m",
                    "x",
                    "-q",
                    "1"))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
