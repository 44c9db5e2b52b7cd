package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.CreateCertificateProviderResponse;
import software.amazon.awssdk.services.iot.model.ProvisioningTemplateSummary;
import software.amazon.awssdk.services.iot.model.ProvisioningTemplateVersionSummary;
import software.amazon.awssdk.services.iot.model.RegisterThingResponse;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.TemplateType;

/** Provisioning templates and RegisterThing through the API: each operation, each error. */
class ProvisioningApiTest extends ApiTest {
  private static final String INVALID = "InvalidRequestException";
  private static final String MISSING = "ResourceNotFoundException";
  private static final String FAILED = "ResourceRegistrationFailureException";
  private static final String CONFLICT = "ConflictingResourceUpdateException";
  private static final String ROLE = "arn:aws:iam::000000000000:role/provision";

  private static final String FLEET =
      """
      {"Resources": {"cert": {"Type": "AWS::IoT::Certificate",
         "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}}}}}\
      """;

  private static final String DEVICE =
      """
      {"Parameters": {"Name": {"Type": "String"}, "Csr": {"Type": "String"},
                      "Place": {"Type": "String", "Default": "north"}},
       "Resources": {
         "thing": {"Type": "AWS::IoT::Thing",
           "Properties": {"ThingName": {"Ref": "Name"}, "ThingTypeName": "provisioned",
             "AttributePayload": {"place": {"Ref": "Place"}}, "ThingGroups": ["new"]},
           "OverrideSettings": {"AttributePayload": "ATTRIBUTES", "ThingTypeName": "TYPE",
             "ThingGroups": "GROUPS"}},
         "cert": {"Type": "AWS::IoT::Certificate",
           "Properties": {"CertificateSigningRequest": {"Ref": "Csr"}}},
         "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument":
           {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect",
             "Resource": {"Fn::Sub": "arn:aws:iot:us-east-1:000000000000:client/${Name}"}}]}}}}}\
      """;

  private static String device(String attributes, String type, String groups) {
    return DEVICE.replace("ATTRIBUTES", attributes).replace("TYPE", type).replace("GROUPS", groups);
  }

  private RegisterThingResponse register(String template, Map<String, String> parameters) {
    return iot().registerThing(r -> r.templateBody(template).parameters(parameters));
  }

  @Test
  void aTemplateIsMadeDescribedUpdatedVersionedAndDeleted() {
    var made =
        iot()
            .createProvisioningTemplate(
                r ->
                    r.templateName("life")
                        .description("first")
                        .templateBody(FLEET)
                        .provisioningRoleArn(ROLE)
                        .preProvisioningHook(
                            h -> h.targetArn("arn:aws:lambda:us-east-1:000000000000:function:f"))
                        .tags(Tag.builder().key("k").value("v").build()));
    assertThat(made.templateArn())
        .isEqualTo("arn:aws:iot:us-east-1:000000000000:provisioningtemplate/life");
    assertThat(made.defaultVersionId()).isEqualTo(1);
    assertThat(iot().listTagsForResource(r -> r.resourceArn(made.templateArn())).tags())
        .containsExactly(Tag.builder().key("k").value("v").build());
    var is = iot().describeProvisioningTemplate(r -> r.templateName("life"));
    assertThat(is.templateBody()).isEqualTo(FLEET);
    assertThat(is.enabled()).isFalse();
    assertThat(is.type()).isEqualTo(TemplateType.FLEET_PROVISIONING);
    assertThat(is.description()).isEqualTo("first");
    assertThat(is.provisioningRoleArn()).isEqualTo(ROLE);
    assertThat(is.preProvisioningHook().payloadVersion()).isEqualTo("2020-04-01");
    String second = FLEET.replace("cert", "other");
    var version =
        iot().createProvisioningTemplateVersion(r -> r.templateName("life").templateBody(second));
    assertThat(version.versionId()).isEqualTo(2);
    assertThat(version.isDefaultVersion()).isFalse();
    iot()
        .updateProvisioningTemplate(
            r ->
                r.templateName("life")
                    .enabled(true)
                    .defaultVersionId(2)
                    .removePreProvisioningHook(true));
    is = iot().describeProvisioningTemplate(r -> r.templateName("life"));
    assertThat(is.templateBody()).isEqualTo(second);
    assertThat(is.enabled()).isTrue();
    assertThat(is.description()).isEqualTo("first");
    assertThat(is.preProvisioningHook()).isNull();
    assertThat(iot().listProvisioningTemplateVersions(r -> r.templateName("life")).versions())
        .extracting(
            ProvisioningTemplateVersionSummary::versionId,
            ProvisioningTemplateVersionSummary::isDefaultVersion)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, false),
            org.assertj.core.groups.Tuple.tuple(2, true));
    assertThat(
            iot()
                .describeProvisioningTemplateVersion(r -> r.templateName("life").versionId(1))
                .templateBody())
        .isEqualTo(FLEET);
    refused(
        409,
        "DeleteConflictException",
        () -> iot().deleteProvisioningTemplateVersion(r -> r.templateName("life").versionId(2)));
    iot().deleteProvisioningTemplateVersion(r -> r.templateName("life").versionId(1));
    refused(
        404,
        MISSING,
        () -> iot().describeProvisioningTemplateVersion(r -> r.templateName("life").versionId(1)));
    assertThat(iot().listProvisioningTemplates(r -> r.maxResults(10)).templates())
        .extracting(ProvisioningTemplateSummary::templateName)
        .contains("life");
    iot().deleteProvisioningTemplate(r -> r.templateName("life"));
    refused(404, MISSING, () -> iot().describeProvisioningTemplate(r -> r.templateName("life")));
    refused(404, MISSING, () -> iot().deleteProvisioningTemplate(r -> r.templateName("life")));
  }

  private void create(String name, String body, TemplateType type) {
    iot()
        .createProvisioningTemplate(
            r -> r.templateName(name).templateBody(body).provisioningRoleArn(ROLE).type(type));
  }

  @Test
  void aTemplateIsRefusedByTheExactError() {
    create("taken", FLEET, TemplateType.FLEET_PROVISIONING);
    refused(
        409,
        "ResourceAlreadyExistsException",
        () -> create("taken", FLEET, TemplateType.FLEET_PROVISIONING));
    refused(400, INVALID, () -> create("bad name", FLEET, TemplateType.FLEET_PROVISIONING));
    refused(400, INVALID, () -> create("x", "{", TemplateType.FLEET_PROVISIONING));
    refused(400, INVALID, () -> create("x", device("A", "B", "C"), TemplateType.JITP));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .createProvisioningTemplate(
                    r ->
                        r.templateName("x")
                            .templateBody(FLEET)
                            .provisioningRoleArn(ROLE)
                            .type(TemplateType.JITP)
                            .preProvisioningHook(
                                h ->
                                    h.targetArn(
                                        "arn:aws:lambda:us-east-1:000000000000:function:f"))));
    refused(
        404,
        MISSING,
        () ->
            iot()
                .createProvisioningTemplateVersion(
                    r -> r.templateName("none").templateBody(FLEET)));
    refused(
        404,
        MISSING,
        () -> iot().updateProvisioningTemplate(r -> r.templateName("taken").defaultVersionId(9)));
    for (int i = 2; i <= 5; i++) {
      iot().createProvisioningTemplateVersion(r -> r.templateName("taken").templateBody(FLEET));
    }
    refused(
        409,
        "VersionsLimitExceededException",
        () ->
            iot()
                .createProvisioningTemplateVersion(
                    r -> r.templateName("taken").templateBody(FLEET)));
  }

  @Test
  void aThingIsRegisteredByATemplateAllAtOnce() throws Exception {
    iot().createThingType(r -> r.thingTypeName("provisioned"));
    iot().createThingGroup(r -> r.thingGroupName("new"));
    String csr = IdentityApiTest.request("reg1");
    var made = register(device("FAIL", "FAIL", "FAIL"), Map.of("Name", "reg1", "Csr", csr));
    String arn = made.resourceArns().getOrDefault("cert", "");
    assertThat(made.resourceArns())
        .containsOnlyKeys("thing", "cert", "policy")
        .containsEntry("thing", "arn:aws:iot:us-east-1:000000000000:thing/reg1");
    assertThat(made.certificatePem()).startsWith("-----BEGIN CERTIFICATE-----");
    var thing = iot().describeThing(r -> r.thingName("reg1"));
    assertThat(thing.thingTypeName()).isEqualTo("provisioned");
    assertThat(thing.attributes()).isEqualTo(Map.of("place", "north"));
    assertThat(iot().listThingPrincipals(r -> r.thingName("reg1")).principals())
        .containsExactly(arn);
    assertThat(iot().listThingGroupsForThing(r -> r.thingName("reg1")).thingGroups())
        .extracting(g -> g.groupName())
        .containsExactly("new");
    var certificate =
        iot()
            .describeCertificate(r -> r.certificateId(arn.substring(arn.indexOf('/') + 1)))
            .certificateDescription();
    assertThat(certificate.status()).isEqualTo(CertificateStatus.ACTIVE);
    assertThat(certificate.certificatePem()).isEqualTo(made.certificatePem());
    assertThat(iot().listAttachedPolicies(r -> r.target(arn)).policies())
        .extracting(p -> p.policyArn())
        .containsExactly(made.resourceArns().get("policy"));
    assertThat(
            iot()
                .getPolicy(
                    r ->
                        r.policyName(
                            made.resourceArns().getOrDefault("policy", "").split("/", 2)[1]))
                .policyDocument())
        .contains("client/reg1");
  }

  @Test
  void aCertificateProviderIsMadeDescribedUpdatedAndDeleted() throws Exception {
    String function = "arn:aws:lambda:us-east-1:000000000000:function:signs";
    var made = provider("mine", function);
    assertThat(made.certificateProviderArn())
        .isEqualTo("arn:aws:iot:us-east-1:000000000000:certificateprovider/mine");
    var is = iot().describeCertificateProvider(r -> r.certificateProviderName("mine"));
    assertThat(is.lambdaFunctionArn()).isEqualTo(function);
    assertThat(is.accountDefaultForOperationsAsStrings())
        .containsExactly("CreateCertificateFromCsr");
    assertThat(iot().listCertificateProviders(r -> r.ascendingOrder(true)).certificateProviders())
        .extracting(p -> p.certificateProviderName())
        .containsExactly("mine");
    refused(409, "ResourceAlreadyExistsException", () -> provider("mine", function));
    refused(410, "LimitExceededException", () -> provider("other", function));
    // There is no such function: nothing is signed, also not by the account's own CA.
    String csr = IdentityApiTest.request("provided");
    refused(
        400, INVALID, () -> iot().createCertificateFromCsr(r -> r.certificateSigningRequest(csr)));
    iot()
        .updateCertificateProvider(
            r -> r.certificateProviderName("mine").lambdaFunctionArn(function + "2"));
    assertThat(
            iot()
                .describeCertificateProvider(r -> r.certificateProviderName("mine"))
                .lambdaFunctionArn())
        .isEqualTo(function + "2");
    iot().deleteCertificateProvider(r -> r.certificateProviderName("mine"));
    refused(
        404,
        MISSING,
        () -> iot().deleteCertificateProvider(r -> r.certificateProviderName("mine")));
    refused(400, INVALID, () -> provider("x", "arn:aws:iam::000000000000:role/r"));
    assertThat(iot().createCertificateFromCsr(r -> r.certificateSigningRequest(csr))).isNotNull();
  }

  private CreateCertificateProviderResponse provider(String name, String function) {
    return iot()
        .createCertificateProvider(
            r ->
                r.certificateProviderName(name)
                    .lambdaFunctionArn(function)
                    .accountDefaultForOperationsWithStrings("CreateCertificateFromCsr"));
  }

  @Test
  void whatExistsIsLeftReplacedMergedOrAConflict() throws Exception {
    iot().createThingType(r -> r.thingTypeName("provisioned"));
    iot().createThingGroup(r -> r.thingGroupName("new"));
    iot().createThingGroup(r -> r.thingGroupName("old"));
    iot()
        .createThing(
            r -> r.thingName("there").attributePayload(p -> p.attributes(Map.of("a", "1"))));
    iot().addThingToThingGroup(r -> r.thingName("there").thingGroupName("old"));
    Map<String, String> in = Map.of("Name", "there", "Csr", IdentityApiTest.request("there"));
    refused(409, CONFLICT, () -> register(device("FAIL", "DO_NOTHING", "DO_NOTHING"), in));
    refused(409, CONFLICT, () -> register(device("DO_NOTHING", "FAIL", "DO_NOTHING"), in));
    refused(409, CONFLICT, () -> register(device("DO_NOTHING", "DO_NOTHING", "FAIL"), in));
    assertThat(iot().listThingPrincipals(r -> r.thingName("there")).principals()).isEmpty();
    register(device("DO_NOTHING", "DO_NOTHING", "DO_NOTHING"), in);
    assertThat(iot().describeThing(r -> r.thingName("there")).attributes())
        .isEqualTo(Map.of("a", "1"));
    register(device("MERGE", "REPLACE", "MERGE"), in);
    var merged = iot().describeThing(r -> r.thingName("there"));
    assertThat(merged.attributes()).isEqualTo(Map.of("a", "1", "place", "north"));
    assertThat(merged.thingTypeName()).isEqualTo("provisioned");
    assertThat(iot().listThingGroupsForThing(r -> r.thingName("there")).thingGroups())
        .extracting(g -> g.groupName())
        .containsExactly("new", "old");
    register(device("REPLACE", "DO_NOTHING", "REPLACE"), in);
    assertThat(iot().describeThing(r -> r.thingName("there")).attributes())
        .isEqualTo(Map.of("place", "north"));
    assertThat(iot().listThingGroupsForThing(r -> r.thingName("there")).thingGroups())
        .extracting(g -> g.groupName())
        .containsExactly("new");
  }

  @Test
  void registrationIsRefusedByTheExactErrorAndLeavesNothing() throws Exception {
    String body = device("FAIL", "FAIL", "FAIL").replace("provisioned", "no-such-type");
    Map<String, String> in = Map.of("Name", "never", "Csr", IdentityApiTest.request("never"));
    refused(400, INVALID, () -> register("{}", in));
    refused(400, FAILED, () -> register(body, Map.of("Name", "never")));
    refused(400, FAILED, () -> register(body, in));
    String policy =
        body.replace("\"ThingTypeName\": \"no-such-type\",", "")
            .replace("\"ThingGroups\": [\"new\"]", "\"ThingGroups\": []");
    refused(400, FAILED, () -> register(policy.replace("iot:Connect", "nonsense"), in));
    refused(400, INVALID, () -> register(policy, Map.of("Name", "not good", "Csr", "x")));
    refused(400, INVALID, () -> register(policy, Map.of("Name", "never", "Csr", "no request")));
    refused(404, MISSING, () -> iot().describeThing(r -> r.thingName("never")));
  }
}
