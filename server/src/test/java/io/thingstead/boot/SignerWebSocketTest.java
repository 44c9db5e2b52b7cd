package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** Callers who sign a WebSocket and are no administrators: what they may do, and for how long. */
class SignerWebSocketTest {
  private static final String IOT = "arn:aws:iot:us-east-1:000000000000:";
  private static final String USER = "arn:aws:iam::000000000000:user/";

  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;
  private static IamClient iam;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningNode(directory);
    iam = server.iam();
  }

  @AfterAll
  static void stop() {
    iam.close();
    server.close();
  }

  private static String allow(String action, String resource) {
    return "{\"Effect\":\"Allow\",\"Action\":\"iot:%s\",\"Resource\":\"%s%s\"}"
        .formatted(action, IOT, resource);
  }

  private static String document(String... statements) {
    return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
  }

  private static void permit(String user, String... statements) {
    iam.putUserPolicy(b -> b.userName(user).policyName("own").policyDocument(document(statements)));
  }

  private static AwsCredentials user(String name, String... statements) {
    iam.createUser(b -> b.userName(name));
    permit(name, statements);
    AccessKey key = iam.createAccessKey(b -> b.userName(name)).accessKey();
    return AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey());
  }

  private static Mqtt5BlockingClient client(
      String id, AwsCredentials caller, CountDownLatch disconnected) {
    String host = "127.0.0.1:" + server.plainMqtt();
    String url = server.signedWebSocket("ws", host, caller);
    return Mqtt5Client.builder()
        .identifier(id)
        .serverHost("127.0.0.1")
        .serverPort(server.plainMqtt())
        .webSocketConfig(
            MqttWebSocketConfig.builder()
                .serverPath("mqtt")
                // The client encodes it itself.
                .queryString(URLDecoder.decode(url.substring(url.indexOf('?') + 1), UTF_8))
                .build())
        .addDisconnectedListener(_ -> disconnected.countDown())
        .buildBlocking();
  }

  private static Mqtt5BlockingClient client(String id, AwsCredentials caller) {
    return client(id, caller, new CountDownLatch(1));
  }

  private static void publish(Mqtt5BlockingClient client, String topic) {
    client.publishWith().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(new byte[1]).send();
  }

  @Test
  void userConnectsPublishesAndHearsOnlyWhatItsPolicyAllows() throws Exception {
    AwsCredentials una =
        user(
            "una",
            allow("Connect", "client/${aws:username}"),
            allow("Publish", "topic/app/${iot:ClientId}/*"),
            allow("Subscribe", "topicfilter/app/*"),
            allow("Receive", "topic/app/${aws:username}/heard"));
    assertThatThrownBy(() -> client("other", una).connect())
        .isInstanceOf(Mqtt5ConnAckException.class);
    Mqtt5BlockingClient client = client("una", una);
    client.connect();
    try (Mqtt5Publishes got = client.publishes(MqttGlobalPublishFilter.ALL)) {
      client.subscribeWith().topicFilter("app/#").send();
      assertThatThrownBy(() -> client.subscribeWith().topicFilter("#").send())
          .isInstanceOf(Mqtt5SubAckException.class);
      assertThatThrownBy(() -> publish(client, "app/other/x"))
          .isInstanceOf(Mqtt5PubAckException.class);
      publish(client, "app/una/unheard");
      publish(client, "app/una/heard");
      Mqtt5Publish first = got.receive(10, TimeUnit.SECONDS).orElseThrow();
      assertThat(first.getTopic()).hasToString("app/una/heard");
    }
    client.disconnect();
  }

  /**
   * As GetCallerIdentity calls them: a user by its unique id, a session by its role's and its name.
   */
  @Test
  void rulesAreToldWhoTheUserIs() throws Exception {
    AwsCredentials ida =
        user(
            "ida",
            allow("Connect", "client/ida"),
            allow("Publish", "topic/who"),
            allow("Receive", "topic/whois"),
            allow("Subscribe", "topicfilter/whois"));
    try (IotClient iot = server.iot()) {
      Action toWhois =
          Action.builder().republish(r -> r.topic("whois").roleArn(USER + "none")).build();
      iot.createTopicRule(
          b ->
              b.ruleName("who")
                  .topicRulePayload(
                      p -> p.sql("SELECT principal() AS id FROM 'who'").actions(toWhois)));
    }
    Mqtt5BlockingClient client = client("ida", ida);
    client.connect();
    try (Mqtt5Publishes got = client.publishes(MqttGlobalPublishFilter.ALL)) {
      client.subscribeWith().topicFilter("whois").send();
      client.publishWith().topic("who").payload("{}".getBytes(UTF_8)).send();
      String userId;
      try (StsClient sts = server.sts(ida)) {
        userId = sts.getCallerIdentity().userId();
      }
      assertThat(userId).startsWith("AIDA");
      assertThat(
              new String(
                  got.receive(10, TimeUnit.SECONDS).orElseThrow().getPayloadAsBytes(), UTF_8))
          .isEqualTo("{\"id\":\"" + userId + "\"}");
    }
    client.disconnect();
  }

  @Test
  void changeOfItsPolicyIsFeltByALiveConnection() {
    AwsCredentials ben =
        user("ben", allow("Connect", "client/ben"), allow("Publish", "topic/ben/*"));
    Mqtt5BlockingClient client = client("ben", ben);
    client.connect();
    publish(client, "ben/1");
    permit("ben", allow("Connect", "client/ben"), allow("Publish", "topic/bob/*"));
    assertThatThrownBy(() -> publish(client, "ben/1")).isInstanceOf(Mqtt5PubAckException.class);
    publish(client, "bob/1");
    client.disconnect();
  }

  @Test
  void connectionEndsWhenItsKeyDoes() throws Exception {
    AwsCredentials kim = user("kim", allow("Connect", "client/kim"));
    CountDownLatch disconnected = new CountDownLatch(1);
    client("kim", kim, disconnected).connect();
    iam.deleteAccessKey(b -> b.userName("kim").accessKeyId(kim.accessKeyId()));
    assertThat(disconnected.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void sessionOfARoleConnectsWithItsTokenBehindTheSignatureAndEndsWithTheRole() throws Exception {
    AwsCredentials leo = user("leo");
    iam.createRole(
        b ->
            b.roleName("app")
                .assumeRolePolicyDocument(
                    """
                    {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
                    "Principal":{"AWS":"%sleo"},"Action":"sts:AssumeRole"}]}\
                    """
                        .formatted(USER)));
    iam.putRolePolicy(
        b ->
            b.roleName("app")
                .policyName("own")
                .policyDocument(
                    document(
                        allow("Connect", "client/${sts:RoleSessionName}"),
                        allow("Publish", "topic/app/${sts:RoleSessionName}"))));
    AwsSessionCredentials session;
    try (StsClient sts = server.sts(leo)) {
      Credentials made =
          sts.assumeRole(
                  b -> b.roleArn("arn:aws:iam::000000000000:role/app").roleSessionName("phone"))
              .credentials();
      session =
          AwsSessionCredentials.create(
              made.accessKeyId(), made.secretAccessKey(), made.sessionToken());
    }
    CountDownLatch disconnected = new CountDownLatch(1);
    Mqtt5BlockingClient client = client("phone", session, disconnected);
    client.connect();
    publish(client, "app/phone");
    assertThatThrownBy(() -> publish(client, "app/tablet"))
        .isInstanceOf(Mqtt5PubAckException.class);
    iam.deleteRolePolicy(b -> b.roleName("app").policyName("own"));
    assertThatThrownBy(() -> publish(client, "app/phone")).isInstanceOf(Mqtt5PubAckException.class);
    iam.deleteRole(b -> b.roleName("app"));
    assertThat(disconnected.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static AwsSessionCredentials session(AwsCredentials user) {
    try (StsClient sts = server.sts(user)) {
      Credentials made = sts.getSessionToken(b -> b.durationSeconds(900)).credentials();
      return AwsSessionCredentials.create(
          made.accessKeyId(), made.secretAccessKey(), made.sessionToken());
    }
  }

  @Test
  void aBrowserConnectsWithAUsersKeyAndWithASessions() throws Exception {
    AwsCredentials web =
        user(
            "web",
            allow("Connect", "client/web"),
            allow("Publish", "topic/web/t"),
            allow("Receive", "topic/web/t"),
            allow("Subscribe", "topicfilter/web/t"));
    String host = "localhost:" + server.port();
    Map<String, Object> given =
        Map.of(
            "chrome",
            Chromium.program(),
            "urls",
            List.of(
                server.signedWebSocket("wss", host, web),
                server.signedWebSocket("wss", host, session(web))),
            "topic",
            "web/t",
            "clientId",
            "web");

    assertThat(NpmClient.run("browser.cjs", given, server.ca()).lines())
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo("heard hello on web/t"),
            second -> assertThat(second).isEqualTo("heard hello on web/t"),
            tampered -> assertThat(tampered).startsWith("refused: "));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deviceSdkConnectsWithASessionsKeys(boolean mqtt5) throws Exception {
    String name = mqtt5 ? "five" : "three";
    AwsCredentials user =
        user(
            name,
            allow("Connect", "client/" + name),
            allow("Publish", "topic/sdk2/t"),
            allow("Receive", "topic/sdk2/t"),
            allow("Subscribe", "topicfilter/sdk2/t"));
    AwsSessionCredentials session = session(user);
    Map<String, Object> given =
        Map.of(
            "host", "localhost",
            "port", server.port(),
            "ca", server.ca().toString(),
            "mqtt5", mqtt5,
            "clientId", name,
            "region", "us-east-1",
            "accessKey", session.accessKeyId(),
            "secretKey", session.secretAccessKey(),
            "sessionToken", session.sessionToken());
    assertThat(NpmClient.run("sdk2.cjs", given, server.ca())).contains("heard hello on sdk2/t");
  }

  @Test
  void userReachesTheTopicsOfTheThingsItOwnsAndNoOthers() throws Exception {
    String things = "$aws/things/${thingstead:OwnedThing}/";
    AwsCredentials eva =
        user(
            "eva",
            allow("Connect", "client/eva-*"),
            allow("Publish", "topic/" + things + "shadow/get"),
            allow("Subscribe", "topicfilter/" + things + "*"),
            allow("Subscribe", "topicfilter/dt/${thingstead:OwnedThing}/#"),
            allow("Receive", "topic/*"));
    try (IotClient iot = server.iot()) {
      for (String thing : new String[] {"oven", "fridge", "stove"}) {
        iot.createThing(b -> b.thingName(thing));
      }
      iot.attachThingPrincipal(b -> b.thingName("oven").principal(USER + "eva"));
      iot.attachThingPrincipal(b -> b.thingName("fridge").principal(USER + "eva"));
      Mqtt5BlockingClient client = client("eva-phone", eva);
      client.connect();
      publish(client, "$aws/things/oven/shadow/get");
      publish(client, "$aws/things/fridge/shadow/get");
      assertThatThrownBy(() -> publish(client, "$aws/things/stove/shadow/get"))
          .isInstanceOf(Mqtt5PubAckException.class);
      client.subscribeWith().topicFilter("dt/oven/#").send();
      assertThatThrownBy(() -> client.subscribeWith().topicFilter("dt/stove/#").send())
          .isInstanceOf(Mqtt5SubAckException.class);
      iot.detachThingPrincipal(b -> b.thingName("fridge").principal(USER + "eva"));
      assertThatThrownBy(() -> publish(client, "$aws/things/fridge/shadow/get"))
          .isInstanceOf(Mqtt5PubAckException.class);
      iot.attachThingPrincipal(b -> b.thingName("stove").principal(USER + "eva"));
      publish(client, "$aws/things/stove/shadow/get");
      client.disconnect();
    }
  }
}
