package io.thingstead.boot;

import static io.thingstead.boot.MqttDevice.NOT_AUTHORIZED;
import static io.thingstead.boot.MqttDevice.OK;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.ActionType;
import software.amazon.awssdk.services.iot.model.AuthDecision;
import software.amazon.awssdk.services.iot.model.AuthInfo;
import software.amazon.awssdk.services.iot.model.AuthResult;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.EffectivePolicy;
import software.amazon.awssdk.services.iot.model.Policy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Policies of thing groups, explanations, simulation and warnings through the API. */
class PolicyApiTest extends PolicyTest {
  private static final String MISSING = "ResourceNotFoundException";
  private static final String INVALID = "InvalidRequestException";

  @Test
  void aThingGroupsPolicyHoldsForTheThingsInAndBelowItAtTheNextPacket() throws Exception {
    RunningNode.Device device = device("grouped", true);
    iot().createThingGroup(b -> b.thingGroupName("site"));
    iot().createThingGroup(b -> b.thingGroupName("floor").parentGroupName("site"));
    String site = ARN + "thinggroup/site";
    String floor = ARN + "thinggroup/floor";
    policy("enter", allow("'iot:Connect'", "'ARN/client/*'"));
    policy("speak", allow("'iot:Publish'", "'ARN/topic/site/*'"));
    iot().attachPolicy(b -> b.policyName("enter").target(device.arn()));
    iot().addThingToThingGroup(b -> b.thingGroupName("floor").thingName("grouped"));
    try (MqttDevice mqtt = new MqttDevice(node(), device, "grouped");
        MqttDevice other = new MqttDevice(node(), device, "by-another-name")) {
      assertThat(mqtt.connect()).isEqualTo(OK);
      assertThat(other.connect()).isEqualTo(OK);
      assertThat(mqtt.publish("site/t")).isEqualTo(NOT_AUTHORIZED);
      iot().attachPolicy(b -> b.policyName("speak").target(site));
      assertThat(mqtt.publish("site/t")).isEqualTo(OK);
      // Only the thing of the client's name has groups.
      assertThat(other.publish("site/t")).isEqualTo(NOT_AUTHORIZED);
      iot()
          .createPolicyVersion(
              b ->
                  b.policyName("speak")
                      .policyDocument(document(allow("'iot:Publish'", "'ARN/topic/other'")))
                      .setAsDefault(true));
      assertThat(mqtt.publish("site/t")).isEqualTo(NOT_AUTHORIZED);
      assertThat(mqtt.publish("other")).isEqualTo(OK);
      iot().removeThingFromThingGroup(b -> b.thingGroupName("floor").thingName("grouped"));
      assertThat(mqtt.publish("other")).isEqualTo(NOT_AUTHORIZED);
      iot().addThingToThingGroup(b -> b.thingGroupName("site").thingName("grouped"));
      assertThat(mqtt.publish("other")).isEqualTo(OK);
      iot().detachPolicy(b -> b.policyName("speak").target(site));
      assertThat(mqtt.publish("other")).isEqualTo(NOT_AUTHORIZED);
      iot().attachPolicy(b -> b.policyName("speak").target(site));
      assertThat(mqtt.publish("other")).isEqualTo(OK);
      iot().detachThingPrincipal(b -> b.thingName("grouped").principal(device.arn()));
      assertThat(mqtt.publish("other")).isEqualTo(NOT_AUTHORIZED);
    }
    iot().attachPolicy(b -> b.policyName("enter").target(floor));
    assertThat(iot().listAttachedPolicies(b -> b.target(floor)).policies())
        .extracting(Policy::policyName)
        .containsExactly("enter");
    assertThat(iot().listAttachedPolicies(b -> b.target(floor).recursive(true)).policies())
        .extracting(Policy::policyName)
        .containsExactly("enter", "speak");
    assertThat(iot().listTargetsForPolicy(b -> b.policyName("speak")).targets())
        .containsExactly(site);
    policy("third", allow("'iot:Connect'", "'*'"));
    iot().attachPolicy(b -> b.policyName("third").target(floor));
    refused(
        410,
        "LimitExceededException",
        () -> iot().attachPolicy(b -> b.policyName("speak").target(floor)));
    refused(
        404,
        MISSING,
        () -> iot().attachPolicy(b -> b.policyName("speak").target(ARN + "thinggroup/none")));
    iot().deleteThingGroup(b -> b.thingGroupName("floor"));
    iot().deletePolicy(b -> b.policyName("third"));
  }

  @Test
  void effectivePoliciesAreTheCertificatesAndThoseOfTheThingsGroups() throws Exception {
    RunningNode.Device device = device("effective", true);
    iot().createThingGroup(b -> b.thingGroupName("upper"));
    iot().createThingGroup(b -> b.thingGroupName("lower").parentGroupName("upper"));
    iot().addThingToThingGroup(b -> b.thingGroupName("lower").thingName("effective"));
    iot().createThing(b -> b.thingName("unrelated"));
    iot().addThingToThingGroup(b -> b.thingGroupName("lower").thingName("unrelated"));
    policy("of-certificate", allow("'iot:Connect'", "'*'"));
    policy("of-upper", allow("'iot:Publish'", "'*'"));
    iot().attachPolicy(b -> b.policyName("of-certificate").target(device.arn()));
    iot().attachPolicy(b -> b.policyName("of-upper").target(ARN + "thinggroup/upper"));

    var both = iot().getEffectivePolicies(b -> b.principal(device.arn()).thingName("effective"));
    assertThat(both.effectivePolicies())
        .extracting(EffectivePolicy::policyName)
        .containsExactly("of-certificate", "of-upper");
    assertThat(both.effectivePolicies().getFirst().policyArn())
        .isEqualTo(ARN + "policy/of-certificate");
    assertThat(both.effectivePolicies().getFirst().policyDocument())
        .isEqualTo(document(allow("'iot:Connect'", "'*'")));
    assertThat(iot().getEffectivePolicies(b -> b.principal(device.arn())).effectivePolicies())
        .extracting(EffectivePolicy::policyName)
        .containsExactly("of-certificate");
    assertThat(iot().getEffectivePolicies(b -> b.thingName("effective")).effectivePolicies())
        .extracting(EffectivePolicy::policyName)
        .containsExactly("of-upper");
    // A thing that the certificate is not attached to lends it nothing.
    assertThat(
            iot()
                .getEffectivePolicies(b -> b.principal(device.arn()).thingName("unrelated"))
                .effectivePolicies())
        .hasSize(1);
    refused(400, INVALID, () -> iot().getEffectivePolicies(b -> b.thingName("")));
    refused(404, MISSING, () -> iot().getEffectivePolicies(b -> b.thingName("none")));
    refused(
        404,
        MISSING,
        () -> iot().getEffectivePolicies(b -> b.principal(ARN + "cert/" + "0".repeat(64))));
  }

  @Test
  void aTestOfAuthorizationTellsWhichPolicySaysWhat() throws Exception {
    RunningNode.Device device = device("tested", true);
    policy(
        "allows",
        allow("'iot:Connect'", "'ARN/client/${iot:Connection.Thing.ThingName}'"),
        allow("'iot:Publish'", "'ARN/topic/*'"));
    policy("denies", statement("Deny", "'iot:Publish'", "'ARN/topic/secret'"));
    policy("silent", allow("'iot:Publish'", "'ARN/topic/${iot:Connection.Thing.Attributes[x]}'"));
    for (String name : List.of("allows", "denies", "silent")) {
      iot().attachPolicy(b -> b.policyName(name).target(device.arn()));
    }
    List<AuthResult> results =
        iot()
            .testAuthorization(
                b ->
                    b.principal(device.arn())
                        .clientId("tested")
                        .authInfos(
                            info(ActionType.CONNECT, "client/tested"),
                            info(ActionType.CONNECT, "client/other"),
                            info(ActionType.PUBLISH, "topic/secret"),
                            info(ActionType.PUBLISH, "topic/a", "topic/b"),
                            info(ActionType.PUBLISH, "topic/a", "topic/secret")))
            .authResults();
    assertThat(results)
        .extracting(AuthResult::authDecision)
        .containsExactly(
            AuthDecision.ALLOWED,
            AuthDecision.IMPLICIT_DENY,
            AuthDecision.EXPLICIT_DENY,
            AuthDecision.ALLOWED,
            AuthDecision.EXPLICIT_DENY);
    AuthResult secret = results.get(2);
    assertThat(secret.authInfo()).isEqualTo(info(ActionType.PUBLISH, "topic/secret"));
    assertThat(secret.allowed().policies())
        .containsExactly(
            Policy.builder().policyName("allows").policyArn(ARN + "policy/allows").build());
    assertThat(secret.denied().explicitDeny().policies())
        .extracting(Policy::policyName)
        .containsExactly("denies");
    assertThat(secret.denied().implicitDeny().policies())
        .extracting(Policy::policyName)
        .containsExactly("silent");
    assertThat(secret.missingContextValues()).containsExactly("iot:Connection.Thing.Attributes[x]");
    assertThat(results.getFirst().missingContextValues()).isEmpty();

    assertThat(decision(device, "tested", List.of(), List.of("allows"), "topic/a"))
        .isEqualTo(AuthDecision.IMPLICIT_DENY);
    assertThat(decision(device, "tested", List.of(), List.of("denies"), "topic/secret"))
        .isEqualTo(AuthDecision.ALLOWED);
    policy("more", statement("Deny", "'iot:Publish'", "'ARN/topic/a'"));
    assertThat(decision(device, "tested", List.of("more"), List.of(), "topic/a"))
        .isEqualTo(AuthDecision.EXPLICIT_DENY);
    iot()
        .updateCertificate(
            b -> b.certificateId(device.certificateId()).newStatus(CertificateStatus.INACTIVE));
    assertThat(decision(device, "tested", List.of(), List.of(), "topic/a"))
        .isEqualTo(AuthDecision.EXPLICIT_DENY);
    refused(404, MISSING, () -> decision(device, "tested", List.of("none"), List.of(), "topic/a"));
    refused(
        404,
        MISSING,
        () ->
            iot()
                .testAuthorization(
                    b ->
                        b.principal(ARN + "cert/" + "0".repeat(64))
                            .authInfos(info(ActionType.PUBLISH, "topic/a"))));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .testAuthorization(
                    b ->
                        b.principal(device.arn())
                            .authInfos(AuthInfo.builder().resources(ARN + "topic/a").build())));
    refused(
        400,
        INVALID,
        () -> iot().testAuthorization(b -> b.principal(device.arn()).authInfos(List.of())));
  }

  private AuthDecision decision(
      RunningNode.Device device,
      String clientId,
      List<String> adding,
      List<String> skipping,
      String topic) {
    return iot()
        .testAuthorization(
            b ->
                b.principal(device.arn())
                    .clientId(clientId)
                    .policyNamesToAdd(adding)
                    .policyNamesToSkip(skipping)
                    .authInfos(info(ActionType.PUBLISH, topic)))
        .authResults()
        .getFirst()
        .authDecision();
  }

  @Test
  void policiesThatNobodyHasYetCanBeTested() {
    policy(
        "draft",
        allow("'iot:Publish'", "'ARN/topic/${iot:ClientId}'"),
        allow("'iot:Receive'", "'ARN/topic/${aws:SourceIp}'"));
    AuthResult receiving =
        iot()
            .testAuthorization(
                b ->
                    b.clientId("c")
                        .policyNamesToAdd("draft")
                        .authInfos(info(ActionType.RECEIVE, "topic/127.0.0.1")))
            .authResults()
            .getFirst();
    assertThat(receiving.authDecision()).isEqualTo(AuthDecision.IMPLICIT_DENY);
    assertThat(receiving.missingContextValues()).containsExactly("aws:SourceIp");
    assertThat(
            iot()
                .testAuthorization(
                    b ->
                        b.clientId("c")
                            .policyNamesToAdd("draft")
                            .authInfos(
                                info(ActionType.PUBLISH, "topic/c"),
                                info(ActionType.PUBLISH, "topic/d")))
                .authResults())
        .extracting(AuthResult::authDecision)
        .containsExactly(AuthDecision.ALLOWED, AuthDecision.IMPLICIT_DENY);
  }

  @Test
  @SuppressWarnings("deprecation") // Old clients still call them.
  void theDeprecatedOperationsDoTheSame() {
    String arn = iot().createKeysAndCertificate(b -> {}).certificateArn();
    policy("old-way", allow("'iot:Connect'", "'*'"));
    iot().attachPrincipalPolicy(b -> b.policyName("old-way").principal(arn));
    assertThat(iot().listPrincipalPolicies(b -> b.principal(arn)).policies())
        .extracting(Policy::policyName)
        .containsExactly("old-way");
    assertThat(iot().listPolicyPrincipals(b -> b.policyName("old-way")).principals())
        .containsExactly(arn);
    iot().detachPrincipalPolicy(b -> b.policyName("old-way").principal(arn));
    assertThat(iot().listPolicyPrincipals(b -> b.policyName("old-way")).principals()).isEmpty();
    refused(
        404, MISSING, () -> iot().attachPrincipalPolicy(b -> b.policyName("none").principal(arn)));
    refused(404, MISSING, () -> iot().listPolicyPrincipals(b -> b.policyName("none")));
  }

  @Test
  void whyGivesTheAnswerOfTheRefusal() throws Exception {
    RunningNode.Device device = device("asked", true);
    policy(
        "asking",
        allow("'iot:Connect'", "'*'"),
        allow("'iot:Publish'", "'ARN/topic/${iot:ClientId}/*'"),
        "{'Sid':'no','Effect':'Deny','Action':'iot:Publish','Resource':'ARN/topic/${iot:ClientId}/x'}");
    iot().attachPolicy(b -> b.policyName("asking").target(device.arn()));
    try (MqttDevice mqtt = new MqttDevice(node(), device, "asked")) {
      assertThat(mqtt.connect()).isEqualTo(OK);
      assertThat(mqtt.publish("asked/x")).isEqualTo(NOT_AUTHORIZED);
      assertThat(mqtt.publish("other")).isEqualTo(NOT_AUTHORIZED);
    }
    List<JsonNode> refusals = refusalsOf("asked");
    assertThat(refusals).hasSize(2);
    for (JsonNode refusal : refusals) {
      String topic = refusal.path("resource").asString();
      JsonNode why = why("asked", "publish", topic);
      assertThat(why.path("explanation").asString())
          .startsWith("denied: " + refusal.path("why").asString() + "\n");
      assertThat(why.path("decisions").get(0).path("ruling")).isEqualTo(refusal.path("ruling"));
    }
    JsonNode explicit = refusals.getFirst().path("ruling");
    assertThat(explicit.path("outcome").asString()).isEqualTo("EXPLICIT_DENY");
    assertThat(explicit.path("statement").toString())
        .isEqualTo("{\"policy\":\"asking\",\"version\":\"1\",\"number\":3,\"sid\":\"no\"}");
    assertThat(explicit.path("variables").toString()).isEqualTo("{\"iot:ClientId\":\"asked\"}");
    assertThat(explicit.path("action").asString()).isEqualTo("iot:Publish");
    assertThat(explicit.path("resource").asString()).isEqualTo(ARN + "topic/asked/x");
    JsonNode implicit = refusals.getLast().path("ruling");
    assertThat(implicit.path("outcome").asString()).isEqualTo("IMPLICIT_DENY");
    assertThat(implicit.has("statement")).isFalse();
    assertThat(implicit.path("policies").toString()).isEqualTo("[\"asking\"]");
  }

  /** Fixture J of the guide. */
  @Test
  void aDeliveryThatIsDeniedMeanwhileIsNotMadeAndToldOfOnce() throws Exception {
    RunningNode.Device device = device("listener", true);
    policy("listens", allow("'iot:*'", "'*'"));
    iot().attachPolicy(b -> b.policyName("listens").target(device.arn()));
    try (MqttDevice mqtt = new MqttDevice(node(), device, "listener")) {
      assertThat(mqtt.connect()).isEqualTo(OK);
      assertThat(mqtt.subscribe("device/+")).isEqualTo(OK);
      publish("device/update");
      assertThat(mqtt.next()).isEqualTo("device/update x");
      iot()
          .createPolicyVersion(
              b ->
                  b.policyName("listens")
                      .policyDocument(
                          document(
                              allow("'iot:*'", "'*'"),
                              statement("Deny", "'iot:Receive'", "'ARN/topic/device/update'")))
                      .setAsDefault(true));
      publish("device/update");
      publish("device/update");
      publish("device/other");
      assertThat(mqtt.next()).isEqualTo("device/other x");
      iot().setDefaultPolicyVersion(b -> b.policyName("listens").policyVersionId("1"));
      publish("device/update");
      assertThat(mqtt.next()).isEqualTo("device/update x");
    }
    assertThat(refusalsOf("listener"))
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.path("action").asString()).isEqualTo("receive");
              assertThat(refusal.path("resource").asString()).isEqualTo("device/update");
              assertThat(refusal.path("ruling").path("statement").path("number").asInt())
                  .isEqualTo(2);
            });
  }

  private void publish(String topic) {
    data().publish(b -> b.topic(topic).qos(1).payload(SdkBytes.fromUtf8String("x")));
  }

  private List<JsonNode> refusalsOf(String client) throws Exception {
    return JsonMapper.shared()
        .readTree(node().signed("GET", "/_thingstead/refusals", Map.of(), "").body())
        .path("refusals")
        .valueStream()
        .filter(each -> each.path("client").asString().equals(client))
        .toList();
  }

  private JsonNode why(String client, String action, String topic) throws Exception {
    String query =
        "client=%s&action=%s&topic=%s&output=json"
            .formatted(client, action, URLEncoder.encode(topic, StandardCharsets.UTF_8));
    return JsonMapper.shared()
        .readTree(node().signed("GET", "/_thingstead/why?" + query, Map.of(), "").body());
  }

  @Test
  void whoMakesAPolicyIsWarnedOfWhatIsHardlyMeant() throws Exception {
    List<String> warnings = new ArrayList<>();
    try (IotClient listening = node().iot(new Warnings(warnings))) {
      listening.createPolicy(
          b -> b.policyName("wide").policyDocument(document(allow("'iot:*'", "'*'"))));
      listening.createPolicyVersion(
          b ->
              b.policyName("wide")
                  .policyDocument(document(allow("'iot:Publish'", "'ARN/topicfilter/a'"))));
      listening.getPolicy(b -> b.policyName("wide"));
    }
    assertThat(warnings)
        .containsExactly(
            "statement 1: it allows everything: every client id, every topic, every shadow",
            "statement 1: the resource "
                + ARN
                + "topicfilter/a is of another type than its actions are asked of: topic/...");
    assertThat(checked("GET", "?policy=wide", "").toString())
        .isEqualTo(
            "{\"valid\":true,\"warnings\":[{\"kind\":\"TOO_WIDE\",\"statement\":1,\"text\":"
                + "\"it allows everything: every client id, every topic, every shadow\"}]}");
    assertThat(checked("GET", "?policy=wide&version=2", "").path("warnings").get(0).path("kind"))
        .asString()
        .contains("NEVER_APPLIES");
    assertThat(checked("POST", "", document(allow("'iot:Publish'", "'ARN/topic/a'"))).toString())
        .isEqualTo("{\"valid\":true,\"warnings\":[]}");
    JsonNode bad = checked("POST", "", "{\n \"Version\": \"2012\"}");
    assertThat(bad.path("valid").asBoolean()).isFalse();
    assertThat(bad.path("line").asInt()).isEqualTo(2);
    assertThat(bad.path("column").asInt()).isEqualTo(13);
    assertThat(bad.path("error").asString()).startsWith("line 2, column 13: Version is");
  }

  private JsonNode checked(String method, String query, String body) throws Exception {
    return JsonMapper.shared()
        .readTree(
            node().signed(method, "/_thingstead/policy-check" + query, Map.of(), body).body());
  }

  /** Collects the warnings of the responses that an SDK client gets. */
  private record Warnings(List<String> into) implements ExecutionInterceptor {
    @Override
    public void afterTransmission(
        Context.AfterTransmission context, ExecutionAttributes executionAttributes) {
      into.addAll(context.httpResponse().matchingHeaders("x-thingstead-warning"));
    }
  }
}
