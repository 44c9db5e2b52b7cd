package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.net.TestAuthority;
import io.thingstead.net.TestAuthority.Identity;
import java.io.IOException;
import java.security.cert.Certificate;
import java.util.Map;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.CACertificate;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.RegistrationConfig;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.TemplateType;
import tools.jackson.databind.json.JsonMapper;

/** Devices that are provisioned at their first connection, by a template of their CA. */
class JustInTimeTest extends ApiTest {
  private static final String ROLE = "arn:aws:iam::000000000000:role/provision";
  private static final String INVALID = "InvalidRequestException";
  private static final String TEMPLATE =
      """
      {"Parameters": {"AWS::IoT::Certificate::CommonName": {"Type": "String"},
                      "AWS::IoT::Certificate::Country": {"Type": "String", "Default": "CH"},
                      "AWS::IoT::Certificate::Id": {"Type": "String"}},
       "Resources": {
         "thing": {"Type": "AWS::IoT::Thing",
           "Properties": {"ThingName": {"Ref": "AWS::IoT::Certificate::CommonName"},
             "AttributePayload": {"country": {"Ref": "AWS::IoT::Certificate::Country"}}}},
         "cert": {"Type": "AWS::IoT::Certificate",
           "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"},
             "Status": "ACTIVE"}},
         "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument":
           {"Version": "2012-10-17", "Statement": [
             {"Effect": "Allow", "Action": "iot:Connect",
              "Resource": "arn:aws:iot:us-east-1:000000000000:client/${iot:Connection.Thing.ThingName}"},
             {"Effect": "Allow", "Action": "iot:Publish",
              "Resource": "arn:aws:iot:us-east-1:000000000000:topic/own"}]}}}}}\
      """;

  private static String pem(Certificate certificate) throws IOException {
    return IdentityApiTest.pem(certificate);
  }

  private String register(TestAuthority ca, RegistrationConfig config) throws Exception {
    String caPem = pem(ca.root());
    return iot()
        .registerCACertificate(
            r ->
                r.caCertificate(caPem)
                    .certificateMode("SNI_ONLY")
                    .setAsActive(true)
                    .allowAutoRegistration(true)
                    .registrationConfig(config)
                    .tags(Tag.builder().key("factory").value("north").build()))
        .certificateId();
  }

  private TlsDevice device(Identity identity, String clientId) throws Exception {
    return new TlsDevice(node(), clientId, identity.certificate(), identity.key());
  }

  private void firstConnectionIsClosed(Identity identity, String clientId) throws Exception {
    try (TlsDevice device = device(identity, clientId)) {
      assertThatThrownBy(device::connect).isInstanceOf(MqttException.class);
    }
  }

  private CertificateStatus status(String caId) {
    String id =
        iot()
            .listCertificatesByCA(r -> r.caCertificateId(caId))
            .certificates()
            .getFirst()
            .certificateId();
    return iot().describeCertificate(r -> r.certificateId(id)).certificateDescription().status();
  }

  /** How many wait for their activation, as administrators are told. */
  private int waiting() throws Exception {
    String state = node().signed("GET", "/_thingstead/attention", Map.of(), "").body();
    return JsonMapper.shared().readTree(state).path("certificatesWaiting").asInt(-1);
  }

  private String why(String clientId) throws Exception {
    String refusals = node().signed("GET", "/_thingstead/refusals", Map.of(), "").body();
    StringBuilder why = new StringBuilder();
    for (var each : JsonMapper.shared().readTree(refusals).path("refusals")) {
      if (each.path("client").asString().equals(clientId)) {
        why.append(each.path("why").asString()).append('\n');
      }
    }
    return why.toString();
  }

  @Test
  void theFirstConnectionProvisionsAndTheSecondIsTheDevices() throws Exception {
    TestAuthority ca = new TestAuthority();
    RegistrationConfig config =
        RegistrationConfig.builder().templateBody(TEMPLATE).roleArn(ROLE).build();
    String caId = register(ca, config);
    var described = iot().describeCACertificate(r -> r.certificateId(caId));
    assertThat(described.registrationConfig()).isEqualTo(config);
    assertThat(
            iot()
                .listTagsForResource(
                    r -> r.resourceArn(described.certificateDescription().certificateArn()))
                .tags())
        .extracting(Tag::value)
        .containsExactly("north");
    Identity pump = ca.client("pump-1");
    firstConnectionIsClosed(pump, "pump-1");
    assertThat(why("pump-1")).contains("was provisioned just now; it may connect again");
    assertThat(status(caId)).isEqualTo(CertificateStatus.ACTIVE);
    assertThat(node().signed("GET", "/_thingstead/audit?maxResults=2", Map.of(), "").body())
        .containsSubsequence(
            "iot:RegisterThing",
            "\"from\":\"127.0.0.1\"",
            "iot:RegisterCertificate",
            "\"from\":\"127.0.0.1\"")
        .contains("just-in-time-provisioning", "just-in-time-registration", "pump-1", caId);
    assertThat(iot().describeThing(r -> r.thingName("pump-1")).attributes())
        .isEqualTo(Map.of("country", "CH"));
    try (TlsDevice device = device(pump, "pump-1").connect()) {
      device.publish("own", new byte[0]);
    }
    firstConnectionIsClosed(pump, "another");
  }

  @Test
  void aTemplateByNameIsAppliedOnceItIsEnabledAndKeptWhileACaUsesIt() throws Exception {
    iot()
        .createProvisioningTemplate(
            r ->
                r.templateName("factory")
                    .templateBody(TEMPLATE)
                    .type(TemplateType.JITP)
                    .provisioningRoleArn(ROLE));
    TestAuthority ca = new TestAuthority();
    String caId = register(ca, RegistrationConfig.builder().templateName("factory").build());
    assertThat(iot().listCACertificates(r -> r.templateName("factory")).certificates())
        .extracting(CACertificate::certificateId)
        .containsExactly(caId);
    Identity pump = ca.client("pump-2");
    firstConnectionIsClosed(pump, "pump-2");
    assertThat(why("pump-2")).contains("template factory is not enabled");
    assertThat(status(caId)).isEqualTo(CertificateStatus.PENDING_ACTIVATION);
    int waiting = waiting();
    assertThat(waiting).isPositive();
    iot().updateProvisioningTemplate(r -> r.templateName("factory").enabled(true));
    firstConnectionIsClosed(pump, "pump-2");
    assertThat(status(caId)).isEqualTo(CertificateStatus.ACTIVE);
    assertThat(waiting()).isEqualTo(waiting - 1);
    device(pump, "pump-2").connect().close();
    refused(
        409,
        "DeleteConflictException",
        () -> iot().deleteProvisioningTemplate(r -> r.templateName("factory")));
    iot().updateCACertificate(r -> r.certificateId(caId).removeAutoRegistration(true));
    var after = iot().describeCACertificate(r -> r.certificateId(caId));
    assertThat(after.registrationConfig()).isNull();
    assertThat(after.certificateDescription().autoRegistrationStatusAsString())
        .isEqualTo("DISABLE");
    iot().deleteProvisioningTemplate(r -> r.templateName("factory"));
  }

  @Test
  void aCertificateThatDoesNotFillTheTemplateStaysOutAndLeavesNothing() throws Exception {
    TestAuthority ca = new TestAuthority();
    String body = TEMPLATE.replace(", \"Default\": \"CH\"", "");
    String caId =
        register(ca, RegistrationConfig.builder().templateBody(body).roleArn(ROLE).build());
    firstConnectionIsClosed(ca.client("pump-3"), "pump-3");
    assertThat(why("pump-3")).contains("AWS::IoT::Certificate::Country was not given");
    assertThat(
            node()
                .signed("GET", "/_thingstead/audit?refused=true&maxResults=1", Map.of(), "")
                .body())
        .contains("iot:RegisterThing", "Country was not given", "\"from\":\"127.0.0.1\"", caId);
    assertThat(status(caId)).isEqualTo(CertificateStatus.PENDING_ACTIVATION);
    refused(
        404, "ResourceNotFoundException", () -> iot().describeThing(r -> r.thingName("pump-3")));
  }

  @Test
  void aRegistrationConfigIsRefusedByTheExactError() throws Exception {
    TestAuthority ca = new TestAuthority();
    refused(400, INVALID, () -> register(ca, RegistrationConfig.builder().build()));
    refused(
        400,
        INVALID,
        () -> register(ca, RegistrationConfig.builder().templateBody("{}").roleArn(ROLE).build()));
    refused(
        400,
        INVALID,
        () -> register(ca, RegistrationConfig.builder().templateBody(TEMPLATE).build()));
    refused(
        404,
        "ResourceNotFoundException",
        () -> register(ca, RegistrationConfig.builder().templateName("none").build()));
    iot()
        .createProvisioningTemplate(
            r ->
                r.templateName("fleet-only")
                    .templateBody(
                        "{\"Resources\": {\"cert\": {\"Type\": \"AWS::IoT::Certificate\","
                            + " \"Properties\": {\"CertificateId\": {\"Ref\":"
                            + " \"AWS::IoT::Certificate::Id\"}}}}}")
                    .provisioningRoleArn(ROLE));
    refused(
        400,
        INVALID,
        () -> register(ca, RegistrationConfig.builder().templateName("fleet-only").build()));
  }
}
