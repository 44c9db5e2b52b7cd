package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.thingstead.boot.TlsDevice.Got;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each quota of provisioning and its breach. */
class ProvisioningQuotaTest {
  private static final String FLEET =
      """
      {"Resources": {"cert": {"Type": "AWS::IoT::Certificate",
         "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}}}}}\
      """;
  @TempDir private Path directory = Path.of("");

  private static void limit(RunningNode node, String body) throws Exception {
    var answer = node.signed("POST", "/_thingstead/limits", Map.of(), body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private static void refused(int status, String code, ThrowingCallable call) {
    AwsServiceException refusal = catchThrowableOfType(AwsServiceException.class, call);
    assertThat(refusal).as("it was not refused").isNotNull();
    assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(code);
    assertThat(refusal.statusCode()).isEqualTo(status);
  }

  private static void template(IotClient iot, String name) {
    iot.createProvisioningTemplate(
        r ->
            r.templateName(name)
                .templateBody(FLEET)
                .enabled(true)
                .provisioningRoleArn("arn:aws:iam::000000000000:role/p"));
  }

  private static void throttled(Got got, String limit) {
    assertThat(got.topic()).endsWith("/rejected");
    JsonNode answer = JsonMapper.shared().readTree(got.payload());
    assertThat(answer.path("statusCode").asInt()).isEqualTo(429);
    assertThat(answer.path("errorCode").asString()).isEqualTo("Throttled");
    assertThat(answer.path("errorMessage").asString()).contains(limit);
  }

  @Test
  void everyQuotaHoldsFromTheNextStart() throws Exception {
    CreateKeysAndCertificateResponse claim;
    try (RunningNode node = new RunningNode(directory);
        IotClient iot = node.iot()) {
      template(iot, "one");
      claim = iot.createKeysAndCertificate(r -> r.setAsActive(true));
      String arn = claim.certificateArn();
      iot.createPolicy(r -> r.policyName("any").policyDocument(RunningNode.ANY_POLICY));
      iot.attachPolicy(r -> r.policyName("any").target(arn));
      limit(
          node,
          """
          {"quotas": {"provisioning.templates": 1, "provisioning.versions": 1,
           "provisioning.keysPerSecond": 0, "provisioning.requestsPerSecond": 0,
           "provisioning.thingsPerSecond": 0, "provisioning.claim": 60}}
          """);
    }
    String pem = claim.certificatePem();
    String key = claim.keyPair().privateKey();
    try (RunningNode node = new RunningNode(directory);
        IotClient iot = node.iot()) {
      refused(410, "LimitExceededException", () -> template(iot, "two"));
      refused(
          409,
          "VersionsLimitExceededException",
          () ->
              iot.createProvisioningTemplateVersion(
                  r -> r.templateName("one").templateBody(FLEET)));
      assertThat(iot.createProvisioningClaim(r -> r.templateName("one")).expiration())
          .isBefore(java.time.Instant.now().plusSeconds(61));
      try (TlsDevice device = new TlsDevice(node, "device", pem, key).connect()) {
        throttled(device.ask("$aws/certificates/create/json", "{}"), "provisioning.keysPerSecond");
        throttled(
            device.ask("$aws/certificates/create-from-csr/json", "{}"),
            "provisioning.requestsPerSecond");
        throttled(
            device.ask("$aws/provisioning-templates/one/provision/json", "{}"),
            "provisioning.thingsPerSecond");
      }
      limit(node, "{\"quotas\": {\"provisioning.atOnce\": 0}}");
    }
    try (RunningNode node = new RunningNode(directory);
        TlsDevice device = new TlsDevice(node, "device", pem, key).connect()) {
      throttled(device.ask("$aws/certificates/create/json", "{}"), "provisioning.atOnce");
    }
  }
}
