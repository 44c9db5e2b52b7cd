package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.boot.TlsDevice.Got;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.model.Certificate;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

/** Devices that come with a claim and leave with a certificate of their own. */
class FleetProvisioningTest extends ApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final CBORMapper CBOR = CBORMapper.builder().build();
  private static final String KEYS = "$aws/certificates/create/json";
  private static final String ARN = "arn:aws:iot:us-east-1:000000000000:";

  private static final String TEMPLATE =
      """
      {"Parameters": {"Serial": {"Type": "String"}, "Site": {"Type": "String", "Default": "a"}},
       "Mappings": {"sites": {"a": {"url": "https://a.example"}, "b": {"url": "https://b.example"}}},
       "Resources": {
         "thing": {"Type": "AWS::IoT::Thing",
           "Properties": {"ThingName": {"Fn::Join": ["-", ["fleet", {"Ref": "Serial"}]]},
             "AttributePayload": {"site": {"Ref": "Site"}}}},
         "cert": {"Type": "AWS::IoT::Certificate", "Properties":
           {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "Active"}},
         "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": "fleet-device"}}},
       "DeviceConfiguration": {"url": {"Fn::FindInMap": ["sites", {"Ref": "Site"}, "url"]}}}\
      """;

  private static final String DEVICE_POLICY =
      """
      {"Version":"2012-10-17","Statement":[
       {"Effect":"Allow","Action":"iot:Connect",
        "Resource":"ARN:client/${iot:Connection.Thing.ThingName}"},
       {"Effect":"Allow","Action":["iot:Publish","iot:Receive"],
        "Resource":"ARN:topic/own/${iot:Connection.Thing.ThingName}"},
       {"Effect":"Allow","Action":"iot:Subscribe","Resource":"ARN:topicfilter/own/*"}]}\
      """;

  private static final String CLAIM_POLICY =
      """
      {"Version":"2012-10-17","Statement":[
       {"Effect":"Allow","Action":"iot:Connect","Resource":"*"},
       {"Effect":"Allow","Action":["iot:Publish","iot:Receive"],"Resource":[
         "ARN:topic/$aws/certificates/*","ARN:topic/$aws/provisioning-templates/fleet/provision/*"]},
       {"Effect":"Allow","Action":"iot:Subscribe","Resource":[
         "ARN:topicfilter/$aws/certificates/*",
         "ARN:topicfilter/$aws/provisioning-templates/fleet/provision/*"]}]}\
      """;

  @TempDir private Path files = Path.of("");
  private String claimPem = "";
  private String claimKey = "";

  @BeforeAll
  void makeClaimAndTemplate() {
    iot()
        .createPolicy(
            r -> r.policyName("fleet-device").policyDocument(DEVICE_POLICY.replace("ARN:", ARN)));
    iot()
        .createPolicy(r -> r.policyName("claim").policyDocument(CLAIM_POLICY.replace("ARN:", ARN)));
    CreateKeysAndCertificateResponse claim =
        iot().createKeysAndCertificate(r -> r.setAsActive(true));
    iot().attachPolicy(r -> r.policyName("claim").target(claim.certificateArn()));
    claimPem = claim.certificatePem();
    claimKey = claim.keyPair().privateKey();
    template("fleet", true);
  }

  private void template(String name, boolean enabled) {
    iot()
        .createProvisioningTemplate(
            r ->
                r.templateName(name)
                    .templateBody(TEMPLATE)
                    .enabled(enabled)
                    .provisioningRoleArn("arn:aws:iam::000000000000:role/p"));
  }

  private String audit(String kind) throws Exception {
    String path = "/_thingstead/audit?maxResults=20&" + kind + "=true";
    JsonNode entries =
        JSON.readTree(node().signed("GET", path, Map.of(), "").body()).path("entries");
    StringBuilder text = new StringBuilder();
    for (JsonNode each : entries) {
      text.append(each.path("operation").asString())
          .append(' ')
          .append(each.path("decision").asString())
          .append(' ')
          .append(each.path("principal").asString())
          .append(' ')
          .append(each.path("from").asString())
          .append(' ')
          .append(each.path("about"))
          .append('\n');
    }
    return text.toString();
  }

  private TlsDevice claimed(String clientId) throws Exception {
    return new TlsDevice(node(), clientId, claimPem, claimKey).connect();
  }

  private static String provision(String template) {
    return "$aws/provisioning-templates/" + template + "/provision/json";
  }

  private static String parameters(String token, Map<String, String> parameters) {
    return JSON.writeValueAsString(
        Map.of("certificateOwnershipToken", token, "parameters", parameters));
  }

  private CertificateStatus status(String id) {
    return iot().describeCertificate(r -> r.certificateId(id)).certificateDescription().status();
  }

  private static void rejected(Got got, int status, String code) {
    assertThat(got.topic()).as(got.text()).endsWith("/rejected");
    JsonNode answer = JSON.readTree(got.payload());
    assertThat(answer.path("errorCode").asString()).isEqualTo(code);
    assertThat(answer.path("statusCode").asInt()).isEqualTo(status);
    assertThat(answer.path("errorMessage").asString()).isNotBlank();
    assertThat(answer.propertyNames()).containsExactly("statusCode", "errorCode", "errorMessage");
  }

  @Test
  void aDeviceGetsItsOwnCertificateInJson() throws Exception {
    JsonNode made;
    try (TlsDevice device = claimed("new-1")) {
      Got got = device.ask(KEYS, "{}");
      assertThat(got.topic()).isEqualTo(KEYS + "/accepted");
      made = JSON.readTree(got.payload());
      assertThat(made.propertyNames())
          .containsExactlyInAnyOrder(
              "certificateId", "certificatePem", "privateKey", "certificateOwnershipToken");
      String id = made.path("certificateId").asString();
      assertThat(status(id)).isEqualTo(CertificateStatus.PENDING_ACTIVATION);
      String token = made.path("certificateOwnershipToken").asString();
      Got provisioned =
          device.ask(provision("fleet"), parameters(token, Map.of("Serial", "1", "Site", "b")));
      assertThat(provisioned.topic()).isEqualTo(provision("fleet") + "/accepted");
      assertThat(JSON.readTree(provisioned.payload()))
          .isEqualTo(
              JSON.readTree(
                  """
                  {"deviceConfiguration": {"url": "https://b.example"}, "thingName": "fleet-1"}
                  """));
      assertThat(status(id)).isEqualTo(CertificateStatus.ACTIVE);
      assertThat(iot().describeThing(r -> r.thingName("fleet-1")).attributes())
          .isEqualTo(Map.of("site", "b"));
      rejected(
          device.ask(provision("fleet"), parameters(token, Map.of("Serial", "2"))),
          400,
          "InvalidCertificateOwnershipToken");
    }
    String id = made.path("certificateId").asString();
    assertThat(audit("changes"))
        .contains("fleet-provisioning", id)
        .containsSubsequence(
            "iot:RegisterThing done",
            "127.0.0.1",
            "new-1",
            "fleet-1",
            "iot:CreateKeysAndCertificate done",
            "127.0.0.1",
            "new-1");
    assertThat(audit("refused"))
        .containsSubsequence("iot:RegisterThing", "InvalidCertificateOwnershipToken", "127.0.0.1");
    String pem = made.path("certificatePem").asString();
    String key = made.path("privateKey").asString();
    try (TlsDevice own = new TlsDevice(node(), "fleet-1", pem, key).connect()) {
      own.subscribe("own/fleet-1");
      own.publish("own/fleet-1", new byte[] {'x'});
      assertThat(own.next().text()).isEqualTo("x");
    }
    try (TlsDevice other = new TlsDevice(node(), "fleet-2", pem, key)) {
      assertThatThrownBy(other::connect).isInstanceOf(MqttException.class);
    }
  }

  @Test
  void aDeviceBringsItsOwnKeyInCbor() throws Exception {
    String create = "$aws/certificates/create-from-csr/cbor";
    try (TlsDevice device = claimed("new-cbor")) {
      byte[] request =
          CBOR.writeValueAsBytes(
              Map.of("certificateSigningRequest", IdentityApiTest.request("cbor")));
      Got got = device.ask(create, request);
      assertThat(got.topic()).isEqualTo(create + "/accepted");
      JsonNode made = CBOR.readTree(got.payload());
      assertThat(made.propertyNames())
          .containsExactlyInAnyOrder(
              "certificateId", "certificatePem", "certificateOwnershipToken");
      String topic = "$aws/provisioning-templates/fleet/provision/cbor";
      byte[] provision =
          CBOR.writeValueAsBytes(
              Map.of(
                  "certificateOwnershipToken",
                  made.path("certificateOwnershipToken").asString(),
                  "parameters",
                  Map.of("Serial", "cbor")));
      Got provisioned = device.ask(topic, provision);
      assertThat(provisioned.topic()).isEqualTo(topic + "/accepted");
      assertThat(CBOR.readTree(provisioned.payload()).path("thingName").asString())
          .isEqualTo("fleet-cbor");
      Got wrong = device.ask(create, new byte[] {(byte) 0xFF, 0, 1});
      assertThat(wrong.topic()).isEqualTo(create + "/rejected");
      assertThat(CBOR.readTree(wrong.payload()).path("errorCode").asString())
          .isEqualTo("InvalidParameters");
    }
  }

  @Test
  void aDeviceIsRejectedByTheExactError() throws Exception {
    template("disabled", false);
    iot()
        .createPolicy(
            r ->
                r.policyName("claim-all")
                    .policyDocument(CLAIM_POLICY.replace("ARN:", ARN).replace("fleet/", "*/")));
    CreateKeysAndCertificateResponse claim =
        iot().createKeysAndCertificate(r -> r.setAsActive(true));
    iot().attachPolicy(r -> r.policyName("claim-all").target(claim.certificateArn()));
    try (TlsDevice device =
        new TlsDevice(node(), "rejected", claim.certificatePem(), claim.keyPair().privateKey())
            .connect()) {
      rejected(device.ask(KEYS, "{"), 400, "InvalidParameters");
      rejected(device.ask(KEYS, "[1]"), 400, "InvalidParameters");
      rejected(device.ask(KEYS, "{\"a\":".repeat(50)), 400, "InvalidParameters");
      String csr = "$aws/certificates/create-from-csr/json";
      rejected(device.ask(csr, "{}"), 400, "InvalidParameters");
      rejected(
          device.ask(csr, "{\"certificateSigningRequest\": \"no request\"}"), 400, "InvalidCsr");
      rejected(device.ask(provision("fleet"), "{}"), 400, "InvalidCertificateOwnershipToken");
      rejected(
          device.ask(provision("fleet"), parameters("guessed", Map.of())),
          400,
          "InvalidCertificateOwnershipToken");
      JsonNode made = JSON.readTree(device.ask(KEYS, "").payload());
      String token = made.path("certificateOwnershipToken").asString();
      rejected(device.ask(provision("none"), parameters(token, Map.of())), 404, "TemplateNotFound");
      rejected(device.ask(provision("disabled"), parameters(token, Map.of())), 403, "AccessDenied");
      rejected(
          device.ask(provision("fleet"), parameters(token, Map.of())), 400, "InvalidParameters");
      rejected(
          device.ask(
              provision("fleet"),
              "{\"certificateOwnershipToken\": \"" + token + "\", \"parameters\": {\"a\": 1}}"),
          400,
          "InvalidParameters");
      rejected(
          device.ask(provision("fleet"), parameters(token, Map.of("Serial", "not good"))),
          400,
          "InvalidParameters");
      // None of them has used the token up.
      assertThat(
              device.ask(provision("fleet"), parameters(token, Map.of("Serial", "late"))).topic())
          .endsWith("/accepted");
    }
  }

  @Test
  void anAnswerGoesToTheDeviceThatAskedAlone() throws Exception {
    try (TlsDevice asks = claimed("asks");
        TlsDevice listens = claimed("listens")) {
      listens.subscribe("$aws/certificates/create/json/+");
      assertThat(asks.ask(KEYS, "{}").topic()).endsWith("/accepted");
      listens.publish(KEYS, new byte[] {'['});
      assertThat(listens.next().topic()).endsWith("/rejected");
    }
  }

  @Test
  void aTrustedUserMakesAClaimThatDoesOnlyThis() throws Exception {
    var claim = iot().createProvisioningClaim(r -> r.templateName("fleet"));
    assertThat(claim.expiration())
        .isBetween(Instant.now().plusSeconds(200), Instant.now().plusSeconds(301));
    assertThat(iot().listCertificates(r -> r.pageSize(250)).certificates())
        .extracting(Certificate::certificateId)
        .doesNotContain(claim.certificateId());
    try (TlsDevice device =
        new TlsDevice(node(), "trusted", claim.certificatePem(), claim.keyPair().privateKey())
            .connect()) {
      JsonNode made = JSON.readTree(device.ask(KEYS, "{}").payload());
      String token = made.path("certificateOwnershipToken").asString();
      assertThat(
              device
                  .ask(provision("fleet"), parameters(token, Map.of("Serial", "trusted")))
                  .topic())
          .endsWith("/accepted");
      assertThatThrownBy(() -> device.subscribe("#")).isInstanceOf(MqttException.class);
    }
    refused(
        404,
        "ResourceNotFoundException",
        () -> iot().createProvisioningClaim(r -> r.templateName("none")));
  }

  @Test
  void theDeviceSdkProvisionsItself() throws Exception {
    Path cert = Files.writeString(files.resolve("claim.pem"), claimPem);
    Path key = Files.writeString(files.resolve("claim.key"), claimKey);
    assertThat(
            NpmClient.run(
                "identity.cjs",
                Map.of(
                    "host", "localhost",
                    "port", node().port(),
                    "ca", node().ca().toString(),
                    "cert", cert.toString(),
                    "key", key.toString(),
                    "template", "fleet",
                    "serial", "sdk"),
                node().ca()))
        .contains("rejected InvalidCertificateOwnershipToken")
        .contains("thing fleet-sdk")
        .contains("url https://a.example")
        .contains("heard hello on own/fleet-sdk");
  }
}
