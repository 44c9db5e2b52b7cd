package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.boot.TlsDevice.Got;
import java.security.KeyPair;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.lambda.LambdaClient;
import tools.jackson.databind.json.JsonMapper;

/** Functions, in real processes, that decide about devices and sign for them. */
@Timeout(120)
class ProvisioningFunctionsTest extends ApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String KEYS = "$aws/certificates/create/json";
  private static final String PROVISION = "$aws/provisioning-templates/asked/provision/json";
  private static final String TEMPLATE =
      """
      {"Parameters": {"Serial": {"Type": "String"}, "Site": {"Type": "String", "Default": "none"}},
       "Resources": {
         "thing": {"Type": "AWS::IoT::Thing",
           "Properties": {"ThingName": {"Ref": "Serial"},
             "AttributePayload": {"site": {"Ref": "Site"}}}},
         "cert": {"Type": "AWS::IoT::Certificate", "Properties":
           {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}}}}}\
      """;
  private static final String HOOK =
      """
      exports.handler = async (event) => {
        const serial = event.parameters.Serial;
        if (serial === 'fails') throw new Error('broken');
        if (serial === 'hangs') await new Promise((never) => setTimeout(never, 60000));
        return {
          allowProvisioning: serial.startsWith('good') && event.clientId === 'asks'
            && event.certificatePem.startsWith('-----BEGIN CERTIFICATE') && !!event.claimCertificateId
            && event.templateArn.endsWith('/asked') && event.certificateId.length === 64,
          parameterOverrides: { Site: 'chosen-by-the-hook' },
        };
      };
      """;

  private String claimPem = "";
  private String claimKey = "";
  private String role = "";

  @BeforeAll
  void makeHookAndClaim() throws Exception {
    role = node().functionRole();
    String hook = function("hook", HOOK, Map.of());
    iot()
        .createProvisioningTemplate(
            r ->
                r.templateName("asked")
                    .templateBody(TEMPLATE)
                    .enabled(true)
                    .provisioningRoleArn("arn:aws:iam::000000000000:role/p")
                    .preProvisioningHook(h -> h.targetArn(hook)));
    CreateKeysAndCertificateResponse claim =
        iot().createKeysAndCertificate(r -> r.setAsActive(true));
    iot().createPolicy(r -> r.policyName("any").policyDocument(RunningNode.ANY_POLICY));
    iot().attachPolicy(r -> r.policyName("any").target(claim.certificateArn()));
    claimPem = claim.certificatePem();
    claimKey = claim.keyPair().privateKey();
  }

  /** A function that this server's IoT may call; its ARN. */
  private String function(String name, String code, Map<String, String> environment)
      throws Exception {
    try (LambdaClient lambda = node().lambda()) {
      SdkBytes zip = FunctionCode.zip("index.js", code);
      String arn =
          lambda
              .createFunction(
                  f ->
                      f.functionName(name)
                          .runtime("nodejs20.x")
                          .handler("index.handler")
                          .role(role)
                          .timeout(1)
                          .environment(e -> e.variables(environment))
                          .code(c -> c.zipFile(zip)))
              .functionArn();
      lambda.addPermission(
          p ->
              p.functionName(name)
                  .statementId("iot")
                  .action("lambda:InvokeFunction")
                  .principal("iot.amazonaws.com"));
      return arn;
    }
  }

  private static Got provision(TlsDevice device, String serial) throws Exception {
    String token =
        JSON.readTree(device.ask(KEYS, "{}").payload())
            .path("certificateOwnershipToken")
            .asString();
    return device.ask(
        PROVISION,
        JSON.writeValueAsString(
            Map.of("certificateOwnershipToken", token, "parameters", Map.of("Serial", serial))));
  }

  private static void denied(Got got) {
    assertThat(got.topic()).as(got.text()).endsWith("/rejected");
    assertThat(JSON.readTree(got.payload()).path("errorCode").asString()).isEqualTo("AccessDenied");
    assertThat(JSON.readTree(got.payload()).path("statusCode").asInt()).isEqualTo(403);
  }

  @Test
  void aHookAllowsDeniesAndChangesParameters() throws Exception {
    try (TlsDevice device = new TlsDevice(node(), "asks", claimPem, claimKey).connect()) {
      Got allowed = provision(device, "good-1");
      assertThat(allowed.topic()).as(allowed.text()).endsWith("/accepted");
      assertThat(iot().describeThing(r -> r.thingName("good-1")).attributes())
          .isEqualTo(Map.of("site", "chosen-by-the-hook"));
      denied(provision(device, "bad-1"));
      denied(provision(device, "fails"));
      denied(provision(device, "hangs"));
    }
    try (TlsDevice other = new TlsDevice(node(), "other", claimPem, claimKey).connect()) {
      denied(provision(other, "good-2"));
    }
    refused(
        404, "ResourceNotFoundException", () -> iot().describeThing(r -> r.thingName("good-2")));
  }

  @Test
  void aFunctionThatIotMayNotCallIsNotCalled() throws Exception {
    try (LambdaClient lambda = node().lambda()) {
      SdkBytes zip =
          FunctionCode.zip(
              "index.js", "exports.handler = async () => ({ allowProvisioning: true });");
      String arn =
          lambda
              .createFunction(
                  f ->
                      f.functionName("closed")
                          .runtime("nodejs20.x")
                          .handler("index.handler")
                          .role(role)
                          .code(c -> c.zipFile(zip)))
              .functionArn();
      iot()
          .createProvisioningTemplate(
              r ->
                  r.templateName("closed")
                      .templateBody(TEMPLATE)
                      .enabled(true)
                      .provisioningRoleArn("arn:aws:iam::000000000000:role/p")
                      .preProvisioningHook(h -> h.targetArn(arn)));
    }
    try (TlsDevice device = new TlsDevice(node(), "closed", claimPem, claimKey).connect()) {
      String token =
          JSON.readTree(device.ask(KEYS, "{}").payload())
              .path("certificateOwnershipToken")
              .asString();
      denied(
          device.ask(
              PROVISION.replace("asked", "closed"),
              JSON.writeValueAsString(
                  Map.of(
                      "certificateOwnershipToken",
                      token,
                      "parameters",
                      Map.of("Serial", "good-3")))));
    }
  }

  @Test
  void aCertificateProviderSigns() throws Exception {
    KeyPair keys = IdentityApiTest.keys();
    String csr = IdentityApiTest.request("provided", keys);
    String pem = IdentityApiTest.selfSigned("provided", keys);
    String signer =
        function(
            "signer",
            "exports.handler = async (event) => event.certificateSigningRequest.includes('REQUEST')"
                + " ? { certificatePem: process.env.PEM } : {};",
            Map.of("PEM", pem));
    iot()
        .createCertificateProvider(
            r ->
                r.certificateProviderName("mine")
                    .lambdaFunctionArn(signer)
                    .accountDefaultForOperationsWithStrings("CreateCertificateFromCsr"));
    try (TlsDevice device = new TlsDevice(node(), "signs", claimPem, claimKey).connect()) {
      String other = IdentityApiTest.request("provided");
      refused(
          400,
          "InvalidRequestException",
          () -> iot().createCertificateFromCsr(r -> r.certificateSigningRequest(other)));
      String topic = "$aws/certificates/create-from-csr/json";
      Got got =
          device.ask(topic, JSON.writeValueAsString(Map.of("certificateSigningRequest", csr)));
      assertThat(got.topic()).as(got.text()).endsWith("/accepted");
      assertThat(JSON.readTree(got.payload()).path("certificatePem").asString()).isEqualTo(pem);
      Got wrong =
          device.ask(topic, JSON.writeValueAsString(Map.of("certificateSigningRequest", other)));
      assertThat(JSON.readTree(wrong.payload()).path("errorCode").asString())
          .isEqualTo("InvalidCsr");
    } finally {
      iot().deleteCertificateProvider(r -> r.certificateProviderName("mine"));
    }
  }
}
