package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.thingstead.net.TestAuthority;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CACertificate;
import software.amazon.awssdk.services.iot.model.Certificate;
import software.amazon.awssdk.services.iot.model.CertificateMode;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;

/** Certificates, transfers, CAs and provisioning templates in every wrong order. */
class WrongOrderOfCertificatesTest extends WrongOrder {
  private static final String OTHER_ACCOUNT = "123456789012";
  private static final String STATE = "CertificateStateException";
  private static final String VALIDATION = "CertificateValidationException";
  private static final String CODE = "RegistrationCodeValidationException";
  private static final String TRANSFER = "TransferConflictException";
  private static final String UNKNOWN = "0".repeat(64);
  private static final String ROLE = "arn:aws:iam::000000000000:role/provision";
  private static final String TEMPLATE =
      """
      {"Resources": {"cert": {"Type": "AWS::IoT::Certificate",
         "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}}}}}\
      """;

  private final TestAuthority ca = new TestAuthority();
  private final TestAuthority idle = new TestAuthority();
  private final TestAuthority stranger = new TestAuthority();
  private @Nullable IotClient other;
  private String active = "";
  private String held = "";
  private String owned = "";
  private String offered = "";
  private String loose = "";
  private String foreign = "";
  private String caId = "";
  private String code = "";

  @BeforeAll
  void furnish() throws Exception {
    node().account(OTHER_ACCOUNT);
    other = node().iot(OTHER_ACCOUNT);
    active = certificate("active", true);
    held = certificate("held", false);
    owned = certificate("owned", false);
    offered = certificate("offered", false);
    loose = certificate("loose", false);
    iot().createPolicy(r -> r.policyName("p").policyDocument(RunningNode.ANY_POLICY));
    iot().attachPolicy(r -> r.policyName("p").target(arn(held)));
    iot().createThing(r -> r.thingName("t"));
    iot().attachThingPrincipal(r -> r.thingName("t").principal(arn(owned)));
    transfer(offered, OTHER_ACCOUNT);
    foreign = IdentityApiTest.selfSigned("foreign", IdentityApiTest.keys());
    iot().registerCertificateWithoutCA(r -> r.certificatePem(foreign));
    code = iot().getRegistrationCode().registrationCode();
    template("taken");
    for (int i = 2; i <= 5; i++) {
      templateVersion("taken");
    }
    caId =
        iot()
            .registerCACertificate(
                r ->
                    r.caCertificate(root(ca))
                        .verificationCertificate(leaf(ca, code))
                        .setAsActive(true)
                        .allowAutoRegistration(true)
                        .registrationConfig(c -> c.templateName("taken")))
            .certificateId();
    iot()
        .registerCACertificate(
            r -> r.caCertificate(root(idle)).certificateMode(CertificateMode.SNI_ONLY));
  }

  @AfterAll
  void close() {
    other().close();
  }

  private IotClient other() {
    return Objects.requireNonNull(other);
  }

  private static String arn(String id) {
    return "arn:aws:iot:us-east-1:000000000000:cert/" + id;
  }

  private static String root(TestAuthority authority) {
    return pem(authority.root());
  }

  private static String leaf(TestAuthority authority, String name) {
    return pem(authority.client(name).certificate());
  }

  private static String pem(java.security.cert.Certificate certificate) {
    try {
      return IdentityApiTest.pem(certificate);
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private String certificate(String name, boolean setActive) throws Exception {
    String request = IdentityApiTest.request(name);
    return iot()
        .createCertificateFromCsr(r -> r.certificateSigningRequest(request).setAsActive(setActive))
        .certificateId();
  }

  private void update(String id, String status) {
    iot().updateCertificate(r -> r.certificateId(id).newStatus(status));
  }

  private void delete(String id, boolean force) {
    iot().deleteCertificate(r -> r.certificateId(id).forceDelete(force));
  }

  private void transfer(String id, String account) {
    iot().transferCertificate(r -> r.certificateId(id).targetAwsAccount(account));
  }

  private void register(String pem, @Nullable String caPem) {
    iot().registerCertificate(r -> r.certificatePem(pem).caCertificatePem(caPem));
  }

  private void registerWithoutCa(String pem) {
    iot().registerCertificateWithoutCA(r -> r.certificatePem(pem));
  }

  private void registerCa(String pem, @Nullable String proof) {
    iot().registerCACertificate(r -> r.caCertificate(pem).verificationCertificate(proof));
  }

  private void template(String name) {
    iot()
        .createProvisioningTemplate(
            r ->
                r.templateName(name).type("JITP").templateBody(TEMPLATE).provisioningRoleArn(ROLE));
  }

  private void templateVersion(String name) {
    iot().createProvisioningTemplateVersion(r -> r.templateName(name).templateBody(TEMPLATE));
  }

  private void deleteTemplate(String name, int version) {
    iot().deleteProvisioningTemplateVersion(r -> r.templateName(name).versionId(version));
  }

  @Override
  List<Object> state() {
    List<Object> all = new ArrayList<>();
    for (Certificate each : iot().listCertificates(r -> r.pageSize(250)).certificates()) {
      String id = each.certificateId();
      all.add(iot().describeCertificate(r -> r.certificateId(id)).certificateDescription());
      all.add(iot().listAttachedPolicies(r -> r.target(arn(id))).policies());
      all.add(iot().listPrincipalThings(r -> r.principal(arn(id))).things());
    }
    for (CACertificate each : iot().listCACertificates(r -> {}).certificates()) {
      all.add(iot().describeCACertificate(r -> r.certificateId(each.certificateId())));
    }
    all.add(iot().listOutgoingCertificates().outgoingCertificates());
    all.add(other().listCertificates().certificates());
    all.add(iot().listProvisioningTemplates(r -> {}).templates());
    all.add(iot().describeProvisioningTemplate(r -> r.templateName("taken")));
    all.add(iot().listProvisioningTemplateVersions(r -> r.templateName("taken")).versions());
    all.add(iot().getRegistrationCode().registrationCode());
    return all;
  }

  @TestFactory
  Stream<DynamicTest> ofACertificate() {
    return Stream.of(
        refusal("deleted while active", 406, STATE, () -> delete(active, false)),
        refusal("deleted by force while active", 406, STATE, () -> delete(active, true)),
        refusal("deleted while it has a policy", 409, IN_USE, () -> delete(held, false)),
        refusal("deleted while it has a thing", 409, IN_USE, () -> delete(owned, false)),
        refusal("deleted by force while it has a thing", 409, IN_USE, () -> delete(owned, true)),
        refusal("deleted while it is offered", 406, STATE, () -> delete(offered, false)),
        refusal("deleted when it is unknown", 404, MISSING, () -> delete(UNKNOWN, false)),
        refusal("changed when it is unknown", 404, MISSING, () -> update(UNKNOWN, "ACTIVE")),
        refusal("changed while it is offered", 406, STATE, () -> update(offered, "ACTIVE")),
        refusal("made as if offered", 400, INVALID, () -> update(loose, "PENDING_TRANSFER")),
        refusal("made as if waiting", 400, INVALID, () -> update(loose, "PENDING_ACTIVATION")),
        refusal("made as of old", 400, INVALID, () -> update(loose, "REGISTER_INACTIVE")),
        refusal("of no such state", 400, INVALID, () -> update(loose, "NONSENSE")));
  }

  @TestFactory
  Stream<DynamicTest> ofARegistration() {
    String known = leaf(ca, "known");
    register(known, null);
    return Stream.of(
        refusal("twice without a CA", 409, EXISTS, () -> registerWithoutCa(foreign)),
        refusal("twice with a CA", 409, EXISTS, () -> register(known, null)),
        refusal("of what is none", 400, VALIDATION, () -> registerWithoutCa("none")),
        // The spec leaves 404 open for these two; the SDKs know no such error of the operation.
        refusal("on no CA's word", 400, VALIDATION, () -> register(leaf(stranger, "x"), null)),
        refusal(
            "on an unknown CA's word",
            400,
            VALIDATION,
            () -> register(leaf(stranger, "x"), root(stranger))),
        refusal(
            "on the word of a CA that is not active",
            406,
            STATE,
            () -> register(leaf(idle, "x"), root(idle))),
        refusal(
            "on the word of another CA of the name",
            400,
            VALIDATION,
            () -> register(leaf(ca, "x"), root(idle))));
  }

  @Test
  void whoRegistersTwiceIsToldWhatIsThere() {
    ResourceAlreadyExistsException told =
        catchThrowableOfType(
            ResourceAlreadyExistsException.class, () -> registerWithoutCa(foreign));
    assertThat(told.resourceId()).matches("[0-9a-f]{64}");
    assertThat(told.resourceArn()).isEqualTo(arn(told.resourceId()));
  }

  @TestFactory
  Stream<DynamicTest> ofATransfer() {
    return Stream.of(
        refusal("while active", 406, STATE, () -> transfer(active, OTHER_ACCOUNT)),
        refusal("with a policy", 409, TRANSFER, () -> transfer(held, OTHER_ACCOUNT)),
        refusal("with a thing", 409, TRANSFER, () -> transfer(owned, OTHER_ACCOUNT)),
        refusal("twice", 406, STATE, () -> transfer(offered, OTHER_ACCOUNT)),
        refusal("of an unknown one", 404, MISSING, () -> transfer(UNKNOWN, OTHER_ACCOUNT)),
        refusal("to oneself", 400, INVALID, () -> transfer(loose, "000000000000")),
        refusal("to nobody", 400, INVALID, () -> transfer(loose, "999999999999")),
        refusal(
            "cancelled that was never offered",
            400,
            INVALID,
            () -> iot().cancelCertificateTransfer(r -> r.certificateId(loose))),
        refusal(
            "accepted that was never offered",
            404,
            MISSING,
            () -> other().acceptCertificateTransfer(r -> r.certificateId(loose))),
        refusal(
            "rejected that was never offered",
            404,
            MISSING,
            () -> other().rejectCertificateTransfer(r -> r.certificateId(loose))),
        refusal(
            "accepted by who offers it",
            404,
            MISSING,
            () -> iot().acceptCertificateTransfer(r -> r.certificateId(offered))));
  }

  @TestFactory
  Stream<DynamicTest> ofACa() {
    String proof = leaf(stranger, code);
    return Stream.of(
        refusal("twice", 409, EXISTS, () -> registerCa(root(ca), leaf(ca, code))),
        refusal("without a proof", 400, INVALID, () -> registerCa(root(stranger), null)),
        refusal(
            "with a proof of another code",
            400,
            CODE,
            () -> registerCa(root(stranger), leaf(stranger, "wrong"))),
        refusal(
            "with another's proof",
            400,
            VALIDATION,
            () -> registerCa(root(stranger), leaf(ca, code))),
        refusal(
            "with a proof where none belongs",
            400,
            INVALID,
            () ->
                iot()
                    .registerCACertificate(
                        r ->
                            r.caCertificate(root(stranger))
                                .verificationCertificate(proof)
                                .certificateMode(CertificateMode.SNI_ONLY))),
        refusal("that is none", 400, VALIDATION, () -> registerCa(leaf(stranger, "x"), proof)),
        refusal(
            "with no such template",
            404,
            MISSING,
            () ->
                iot()
                    .registerCACertificate(
                        r ->
                            r.caCertificate(root(stranger))
                                .verificationCertificate(proof)
                                .registrationConfig(c -> c.templateName("none")))),
        refusal(
            "deleted while active",
            406,
            STATE,
            () -> iot().deleteCACertificate(r -> r.certificateId(caId))),
        refusal(
            "deleted when it is unknown",
            404,
            MISSING,
            () -> iot().deleteCACertificate(r -> r.certificateId(UNKNOWN))),
        refusal(
            "changed when it is unknown",
            404,
            MISSING,
            () -> iot().updateCACertificate(r -> r.certificateId(UNKNOWN).newStatus("ACTIVE"))));
  }

  @TestFactory
  Stream<DynamicTest> ofATemplate() {
    return Stream.of(
        refusal("twice", 409, EXISTS, () -> template("taken")),
        refusal("a sixth version", 409, VERSIONS, () -> templateVersion("taken")),
        refusal("a version of none", 404, MISSING, () -> templateVersion("none")),
        refusal("the default version deleted", 409, IN_USE, () -> deleteTemplate("taken", 1)),
        refusal("an unknown version deleted", 404, MISSING, () -> deleteTemplate("taken", 9)),
        refusal(
            "an unknown version made the default",
            404,
            MISSING,
            () ->
                iot().updateProvisioningTemplate(r -> r.templateName("taken").defaultVersionId(9))),
        refusal(
            "deleted while a CA uses it",
            409,
            IN_USE,
            () -> iot().deleteProvisioningTemplate(r -> r.templateName("taken"))),
        refusal(
            "deleted when it is unknown",
            404,
            MISSING,
            () -> iot().deleteProvisioningTemplate(r -> r.templateName("none"))));
  }
}
