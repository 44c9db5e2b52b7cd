package io.thingstead.boot;

import static io.thingstead.boot.MqttDevice.NOT_AUTHORIZED;
import static io.thingstead.boot.MqttDevice.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iot.model.ActionType;
import software.amazon.awssdk.services.iot.model.AuthDecision;
import software.amazon.awssdk.services.iot.model.AuthInfo;
import software.amazon.awssdk.services.iot.model.AuthResult;
import software.amazon.awssdk.services.iot.model.EffectivePolicy;

/** What real devices are answered under policies, and that TestAuthorization says the same. */
class PolicyAgreementTest extends PolicyTest {
  private static String ofThing(String text) {
    return text.replace("THING", "${iot:Connection.Thing.ThingName}");
  }

  /** A device that only sends, one that also receives, and one that also works with its shadow. */
  @Test
  void eachClassOfDeviceMayDoItsOwnAndNothingElse() throws Exception {
    String connect = ofThing(allow("'iot:Connect'", "'ARN/client/THING'"));
    String send = ofThing(allow("'iot:Publish'", "'ARN/topic/up/THING/*'"));
    String receive =
        ofThing(
            allow("'iot:Subscribe'", "'ARN/topicfilter/down/THING/*'")
                + ","
                + allow("'iot:Receive'", "'ARN/topic/down/THING/*'"));
    String process =
        ofThing(
            allow(
                    "'iot:Publish'",
                    "'ARN/topic/$aws/things/THING/shadow/get',"
                        + "'ARN/topic/$aws/things/THING/shadow/update'")
                + ","
                + allow(
                    "'iot:Subscribe'",
                    "'ARN/topicfilter/$aws/things/THING/shadow/get/*',"
                        + "'ARN/topicfilter/$aws/things/THING/shadow/update/*'")
                + ","
                + allow(
                    "'iot:Receive'",
                    "'ARN/topic/$aws/things/THING/shadow/get/*',"
                        + "'ARN/topic/$aws/things/THING/shadow/update/*'"));
    policy("sender", connect, send);
    policy("receiver", connect, send, receive);
    policy("processor", connect, send, receive, process);
    for (String kind : List.of("sender", "receiver", "processor")) {
      RunningNode.Device device = device("a-" + kind, true);
      iot().attachPolicy(b -> b.policyName(kind).target(device.arn()));
      boolean receives = !kind.equals("sender");
      boolean processes = kind.equals("processor");
      String own = "a-" + kind;
      try (MqttDevice mqtt = new MqttDevice(node(), device, own);
          MqttDevice other = new MqttDevice(node(), device, "other")) {
        assertThat(other.connect()).isEqualTo(NOT_AUTHORIZED);
        assertThat(mqtt.connect()).isEqualTo(OK);
        assertThat(mqtt.publish("up/" + own + "/t")).isEqualTo(OK);
        assertThat(mqtt.publish("up/" + own + "/t", true)).isEqualTo(NOT_AUTHORIZED);
        assertThat(mqtt.publish("up/other/t")).isEqualTo(NOT_AUTHORIZED);
        assertThat(mqtt.publish("$aws/rules/any/up/" + own + "/t")).isEqualTo(NOT_AUTHORIZED);
        assertThat(mqtt.subscribe("down/" + own + "/#")).isEqualTo(receives ? OK : NOT_AUTHORIZED);
        assertThat(mqtt.subscribe("down/#")).isEqualTo(NOT_AUTHORIZED);
        assertThat(mqtt.subscribe("$share/g/down/" + own + "/#")).isEqualTo(NOT_AUTHORIZED);
        String shadow = "$aws/things/" + own + "/shadow/";
        assertThat(mqtt.subscribe(shadow + "update/accepted"))
            .isEqualTo(processes ? OK : NOT_AUTHORIZED);
        assertThat(mqtt.subscribe("$aws/things/other/shadow/update/accepted"))
            .isEqualTo(NOT_AUTHORIZED);
        assertThat(mqtt.publish("$aws/things/other/shadow/get")).isEqualTo(NOT_AUTHORIZED);
        if (receives) {
          data().publish(b -> b.topic("down/" + own + "/cmd").qos(1).payload(text("go")));
          assertThat(mqtt.next()).isEqualTo("down/" + own + "/cmd go");
        }
        if (processes) {
          mqtt.send(shadow + "update", "{\"state\":{\"reported\":{\"on\":true}}}");
          assertThat(mqtt.next()).startsWith(shadow + "update/accepted {");
        } else {
          assertThat(mqtt.publish(shadow + "get")).isEqualTo(NOT_AUTHORIZED);
        }
      }
    }
  }

  private static SdkBytes text(String text) {
    return SdkBytes.fromUtf8String(text);
  }

  @Test
  void noPolicyLetsADeviceHearOfRefusals() throws Exception {
    RunningNode.Device device = device("curious", true);
    policy("everything", allow("'iot:*'", "'*'"));
    iot().attachPolicy(b -> b.policyName("everything").target(device.arn()));
    try (MqttDevice mqtt = new MqttDevice(node(), device, "curious")) {
      assertThat(mqtt.connect()).isEqualTo(OK);
      assertThat(mqtt.subscribe("$thingstead/refused/#")).isEqualTo("TOPIC_FILTER_INVALID");
      assertThat(mqtt.subscribe("$share/g/$thingstead/refused/#")).isNotEqualTo(OK);
      assertThat(mqtt.publish("$thingstead/refused/publish")).isEqualTo("TOPIC_NAME_INVALID");
    }
  }

  /** Fixtures A and H of the guide, by a client of MQTT 3.1.1. */
  @Test
  void anMqtt3ClientIsRefusedAsItsVersionCanTell() throws Exception {
    RunningNode.Device device = device("three", true);
    policy(
        "will-only",
        "{'Effect':'Allow','Action':'iot:Connect','Resource':'ARN/client/three','Condition':"
            + "{'ForAllValues:StringEquals':{'iot:ConnectAttributes':['LastWill']}}}",
        allow("'iot:Publish','iot:RetainPublish'", "'ARN/topic/will'"),
        allow("'iot:Subscribe'", "'ARN/topicfilter/ok'"));
    iot().attachPolicy(b -> b.policyName("will-only").target(device.arn()));
    assertThat(connect3(device, true, "will")).isEqualTo(0);
    assertThat(connect3(device, true, "other")).isEqualTo(5);
    assertThat(connect3(device, false, "will")).isEqualTo(5);
    try (MqttClient client = mqtt3(device)) {
      client.connect(options(device, true, "will"));
      // SUBACK 0x80 for this filter; the connection stays.
      assertThatThrownBy(() -> client.subscribe("no", 1)).isInstanceOf(MqttException.class);
      client.subscribe("ok", 1);
      client.publish("will", new byte[0], 1, false);
      // MQTT 3.1.1 cannot refuse a PUBLISH but by the end of the connection.
      client.setTimeToWait(10_000);
      assertThatThrownBy(() -> client.publish("no", new byte[0], 1, false))
          .isInstanceOf(MqttException.class);
      assertThat(client.isConnected()).isFalse();
    }
  }

  private MqttClient mqtt3(RunningNode.Device device) throws MqttException {
    return new MqttClient(
        "ssl://localhost:" + node().devicePort(), device.name(), new MemoryPersistence());
  }

  private MqttConnectOptions options(RunningNode.Device device, boolean clean, String will) {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setSocketFactory(MqttDevice.context(node(), device).getSocketFactory());
    // Otherwise it tries 3.1 when it is refused.
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setCleanSession(clean);
    options.setWill(will, new byte[0], 1, true);
    return options;
  }

  /** CONNACK's return code. */
  private int connect3(RunningNode.Device device, boolean clean, String will) throws MqttException {
    try (MqttClient client = mqtt3(device)) {
      client.connect(options(device, clean, will));
      client.disconnect();
      return 0;
    } catch (MqttException e) {
      return e.getReasonCode();
    }
  }

  /** Fixture I of the guide, by HTTPS with the certificate. */
  @Test
  void retainedMessagesAreReadOverHttpsByPolicy() throws Exception {
    RunningNode.Device device = device("reader", false);
    policy(
        "reads",
        allow("'iot:ListRetainedMessages'", "'*'"),
        allow("'iot:GetRetainedMessage'", "'ARN/topic/foo'"));
    iot().attachPolicy(b -> b.policyName("reads").target(device.arn()));
    data().publish(b -> b.topic("foo").qos(1).retain(true).payload(text("kept")));
    try (HttpClient http =
        HttpClient.newBuilder().sslContext(MqttDevice.context(node(), device)).build()) {
      assertThat(get(http, "/retainedMessage").statusCode()).isEqualTo(200);
      assertThat(get(http, "/retainedMessage/foo").statusCode()).isEqualTo(200);
      HttpResponse<String> refused = get(http, "/retainedMessage/bar");
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body())
          .contains("no statement of policies [reads] allows iot:GetRetainedMessage on " + ARN);
    }
    String refusals = node().signed("GET", "/_thingstead/refusals", Map.of(), "").body();
    assertThat(refusals)
        .contains("\"action\":\"iot:GetRetainedMessage\",\"resource\":\"" + ARN + "topic/bar\"");
  }

  private HttpResponse<String> get(HttpClient http, String path) throws Exception {
    URI uri = URI.create("https://localhost:" + node().devicePort() + path);
    return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aTestOfAuthorizationAgreesWithWhatADeviceIsAnswered() throws Exception {
    Random random = new Random(20261124);
    iot().createThingType(b -> b.thingTypeName("lamp"));
    RunningNode.Device device = device("t1", false);
    iot()
        .createThing(
            b ->
                b.thingName("t1")
                    .thingTypeName("lamp")
                    .attributePayload(a -> a.attributes(Map.of("site", "north"))));
    iot().attachThingPrincipal(b -> b.thingName("t1").principal(device.arn()));
    iot().createThingGroup(b -> b.thingGroupName("lamps"));
    iot().createThingGroup(b -> b.thingGroupName("red-lamps").parentGroupName("lamps"));
    iot().addThingToThingGroup(b -> b.thingGroupName("red-lamps").thingName("t1"));
    policy(
        "marker",
        allow("'iot:Subscribe'", "'ARN/topicfilter/rx/#','ARN/topicfilter/end'"),
        allow("'iot:Receive'", "'ARN/topic/end'"));
    iot().attachPolicy(b -> b.policyName("marker").target(device.arn()));
    List<String> targets =
        List.of(device.arn(), ARN + "thinggroup/lamps", ARN + "thinggroup/red-lamps");
    for (int i = 0; i < 3; i++) {
      String name = "r" + i;
      String target = targets.get(i);
      policy(name, allow("'iot:X'", "'*'"));
      iot().attachPolicy(b -> b.policyName(name).target(target));
    }
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int round = 0; round < 8; round++) {
      for (int i = 0; i < 3; i++) {
        replace("r" + i, randomDocument(random));
      }
      for (String clientId : List.of("t1", "t2")) {
        agree(device, clientId, outcomes);
      }
    }
    // Each kind of answer must have been given for each kind of question.
    assertThat(outcomes.keySet())
        .containsExactlyInAnyOrder(
            "CONNECT false",
            "CONNECT true",
            "PUBLISH false",
            "PUBLISH true",
            "RECEIVE false",
            "RECEIVE true",
            "SUBSCRIBE false",
            "SUBSCRIBE true");
  }

  private void replace(String policy, String document) {
    var made =
        iot()
            .createPolicyVersion(
                b -> b.policyName(policy).policyDocument(document).setAsDefault(true));
    iot().listPolicyVersions(b -> b.policyName(policy)).policyVersions().stream()
        .filter(version -> !version.versionId().equals(made.policyVersionId()))
        .forEach(
            version ->
                iot()
                    .deletePolicyVersion(
                        b -> b.policyName(policy).policyVersionId(version.versionId())));
  }

  private static String randomDocument(Random random) {
    List<String> statements = new ArrayList<>();
    if (random.nextInt(3) > 0) {
      statements.add(
          allow(
              "'iot:Connect'",
              pick(random, "'*'", "'ARN/client/${iot:Connection.Thing.ThingName}'")));
    }
    for (int i = random.nextInt(4); i >= 0; i--) {
      String action = pick(random, "Publish", "Subscribe", "Receive", "*");
      String kind = action.equals("Subscribe") ? "topicfilter" : "topic";
      String level =
          pick(
              random,
              "a",
              "?",
              "a*",
              "${iot:ClientId}",
              "${iot:Connection.Thing.ThingName}",
              "${iot:Connection.Thing.Attributes[site]}",
              "${iot:Connection.Thing.ThingTypeName}");
      String condition =
          pick(
              random,
              "",
              "",
              ",'Condition':{'Bool':{'iot:Connection.Thing.IsAttached':'true'}}",
              ",'Condition':{'StringNotLike':{'iot:ClientId':'*2'}}",
              ",'Condition':{'ForAnyValue:StringEquals':{'iot:Certificate.AvailableKeys':"
                  + "'iot:Certificate.SerialNumber'}}");
      statements.add(
          "{'Effect':'%s','Action':'iot:%s','Resource':'ARN/%s/rx/%s'%s}"
              .formatted(
                  random.nextInt(4) == 0 ? "Deny" : "Allow", action, kind, level, condition));
    }
    return document(statements.toArray(String[]::new));
  }

  private static String pick(Random random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private void agree(RunningNode.Device device, String clientId, Map<String, Integer> outcomes)
      throws Exception {
    List<String> levels = List.of("a", "ab", "b", "t1", "t2", "north", "lamp");
    Map<String, Boolean> answered = new TreeMap<>();
    try (MqttDevice mqtt = new MqttDevice(node(), device, clientId)) {
      boolean connected = mqtt.connect().equals(OK);
      answered.put("CONNECT client/" + clientId, connected);
      if (connected) {
        for (String level : levels) {
          answered.put("PUBLISH topic/rx/" + level, mqtt.publish("rx/" + level).equals(OK));
          answered.put(
              "SUBSCRIBE topicfilter/rx/" + level, mqtt.subscribe("rx/" + level).equals(OK));
        }
        receive(mqtt, levels, answered);
      }
    }
    List<String> asked = List.copyOf(answered.keySet());
    for (int from = 0; from < asked.size(); from += 10) {
      List<String> some = asked.subList(from, Math.min(from + 10, asked.size()));
      List<AuthResult> tested =
          iot()
              .testAuthorization(
                  b ->
                      b.principal(device.arn())
                          .clientId(clientId)
                          .authInfos(some.stream().map(PolicyAgreementTest::infoOf).toList()))
              .authResults();
      for (int i = 0; i < some.size(); i++) {
        String question = some.get(i);
        Boolean answer = answered.get(question);
        assertThat(tested.get(i).authDecision() == AuthDecision.ALLOWED)
            .as(() -> question + " as " + clientId + " under " + attached(device))
            .isEqualTo(answer);
        outcomes.merge(actionOf(question) + " " + answer, 1, Integer::sum);
      }
    }
  }

  private static String actionOf(String question) {
    return question.substring(0, question.indexOf(' '));
  }

  private static AuthInfo infoOf(String question) {
    String action = actionOf(question);
    return info(ActionType.fromValue(action), question.substring(action.length() + 1));
  }

  private List<String> attached(RunningNode.Device device) {
    return iot()
        .getEffectivePolicies(b -> b.principal(device.arn()).thingName("t1"))
        .effectivePolicies()
        .stream()
        .map(EffectivePolicy::policyDocument)
        .toList();
  }

  private void receive(MqttDevice mqtt, List<String> levels, Map<String, Boolean> answered)
      throws InterruptedException {
    assertThat(mqtt.subscribe("end")).isEqualTo(OK);
    assertThat(mqtt.subscribe("rx/#")).isEqualTo(OK);
    levels.forEach(
        level -> {
          answered.put("RECEIVE topic/rx/" + level, false);
          data().publish(b -> b.topic("rx/" + level).qos(1).payload(SdkBytes.fromUtf8String("r")));
        });
    data().publish(b -> b.topic("end").qos(1).payload(SdkBytes.fromUtf8String("r")));
    for (String next = mqtt.next(); !next.equals("end r"); next = mqtt.next()) {
      // Its own messages come back to it as well; they say the same.
      answered.put("RECEIVE topic/" + next.substring(0, next.indexOf(' ')), true);
    }
  }
}
