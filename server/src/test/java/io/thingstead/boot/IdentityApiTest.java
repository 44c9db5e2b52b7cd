package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.Certificate;
import software.amazon.awssdk.services.iot.model.CertificateDescription;
import software.amazon.awssdk.services.iot.model.CertificateMode;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.GetPolicyResponse;
import software.amazon.awssdk.services.iot.model.Policy;
import software.amazon.awssdk.services.iot.model.PolicyVersion;

/** Certificates and policies through the API: each operation, each member, each error. */
class IdentityApiTest extends ApiTest {
  private static final String INVALID = "InvalidRequestException";
  private static final String MISSING = "ResourceNotFoundException";
  private static final String DOCUMENT =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}]}\
      """;
  private static final String OTHER = DOCUMENT.replace("iot:Connect", "iot:Publish");

  static KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static ContentSigner signer(KeyPair keys) throws OperatorCreationException {
    return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
  }

  static String pem(Object made) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(made);
    }
    return text.toString();
  }

  static String request(String name) throws Exception {
    return request(name, keys());
  }

  static String request(String name, KeyPair keys) throws Exception {
    X500Principal subject = new X500Principal("CN=" + name);
    return pem(
        new JcaPKCS10CertificationRequestBuilder(subject, keys.getPublic()).build(signer(keys)));
  }

  private static String selfSigned(String name) throws Exception {
    return selfSigned(name, keys());
  }

  static String selfSigned(String name, KeyPair keys) throws Exception {
    X500Principal subject = new X500Principal("CN=" + name);
    return pem(
        new JcaX509v3CertificateBuilder(
                subject,
                BigInteger.ONE,
                Date.from(Instant.parse("2020-01-01T00:00:00Z")),
                Date.from(Instant.parse("2049-01-01T00:00:00Z")),
                subject,
                keys.getPublic())
            .build(signer(keys)));
  }

  private CertificateDescription described(String id) {
    return iot().describeCertificate(r -> r.certificateId(id)).certificateDescription();
  }

  @Test
  void aCertificateIsIssuedDescribedDeactivatedAndDeleted() {
    var made = iot().createKeysAndCertificate(r -> r.setAsActive(true));
    assertThat(made.certificateId()).matches("[0-9a-f]{64}");
    assertThat(made.certificateArn())
        .isEqualTo("arn:aws:iot:us-east-1:000000000000:cert/" + made.certificateId());
    assertThat(made.certificatePem()).startsWith("-----BEGIN CERTIFICATE-----");
    assertThat(made.keyPair().privateKey()).startsWith("-----BEGIN RSA PRIVATE KEY-----");
    assertThat(made.keyPair().publicKey()).startsWith("-----BEGIN PUBLIC KEY-----");
    CertificateDescription is = described(made.certificateId());
    assertThat(is.certificateArn()).isEqualTo(made.certificateArn());
    assertThat(is.certificatePem()).isEqualTo(made.certificatePem());
    assertThat(is.status()).isEqualTo(CertificateStatus.ACTIVE);
    assertThat(is.ownedBy()).isEqualTo("000000000000");
    assertThat(is.certificateMode()).isEqualTo(CertificateMode.DEFAULT);
    assertThat(is.customerVersion()).isEqualTo(1);
    assertThat(is.generationId()).isNotBlank();
    assertThat(is.validity().notBefore()).isBefore(is.validity().notAfter());
    assertThat(is.creationDate()).isBetween(Instant.EPOCH, is.lastModifiedDate());
    String id = made.certificateId();
    refused(
        406, "CertificateStateException", () -> iot().deleteCertificate(r -> r.certificateId(id)));
    iot().updateCertificate(r -> r.certificateId(id).newStatus(CertificateStatus.INACTIVE));
    assertThat(described(id).status()).isEqualTo(CertificateStatus.INACTIVE);
    iot().updateCertificate(r -> r.certificateId(id).newStatus(CertificateStatus.REVOKED));
    assertThat(described(id).status()).isEqualTo(CertificateStatus.REVOKED);
    iot().deleteCertificate(r -> r.certificateId(id));
    refused(404, MISSING, () -> described(id));
    refused(404, MISSING, () -> iot().deleteCertificate(r -> r.certificateId(id)));
    refused(
        404,
        MISSING,
        () ->
            iot().updateCertificate(r -> r.certificateId(id).newStatus(CertificateStatus.ACTIVE)));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .updateCertificate(
                    r -> r.certificateId(id).newStatus(CertificateStatus.PENDING_TRANSFER)));
    refused(400, INVALID, () -> described("short"));
  }

  @Test
  void aCertificateWithAPolicyIsDeletedOnlyByForce() {
    var made = iot().createKeysAndCertificate();
    iot().createPolicy(r -> r.policyName("held").policyDocument(DOCUMENT));
    iot().attachPolicy(r -> r.policyName("held").target(made.certificateArn()));
    String id = made.certificateId();
    refused(
        409, "DeleteConflictException", () -> iot().deleteCertificate(r -> r.certificateId(id)));
    iot().deleteCertificate(r -> r.certificateId(id).forceDelete(true));
    refused(404, MISSING, () -> described(id));
    assertThat(iot().listTargetsForPolicy(r -> r.policyName("held")).targets()).isEmpty();
  }

  @Test
  void aCertificateIsMadeOfARequestInactiveUnlessAsked() throws Exception {
    String request = request("device-1");
    var made = iot().createCertificateFromCsr(r -> r.certificateSigningRequest(request));
    assertThat(described(made.certificateId()).status()).isEqualTo(CertificateStatus.INACTIVE);
    assertThat(described(made.certificateId()).certificatePem()).isEqualTo(made.certificatePem());
    assertThat(made.certificateArn()).endsWith(made.certificateId());
    String active = request("device-2");
    assertThat(
            described(
                    iot()
                        .createCertificateFromCsr(
                            r -> r.certificateSigningRequest(active).setAsActive(true))
                        .certificateId())
                .status())
        .isEqualTo(CertificateStatus.ACTIVE);
    refused(
        400,
        INVALID,
        () -> iot().createCertificateFromCsr(r -> r.certificateSigningRequest("no request")));
  }

  @Test
  void aForeignCertificateIsRegisteredOnceWithoutItsCa() throws Exception {
    String pem = selfSigned("foreign");
    var made = iot().registerCertificateWithoutCA(r -> r.certificatePem(pem));
    CertificateDescription is = described(made.certificateId());
    assertThat(is.status()).isEqualTo(CertificateStatus.INACTIVE);
    assertThat(is.certificateMode()).isEqualTo(CertificateMode.SNI_ONLY);
    refused(
        409,
        "ResourceAlreadyExistsException",
        () -> iot().registerCertificateWithoutCA(r -> r.certificatePem(pem)));
    String active = selfSigned("active");
    assertThat(
            described(
                    iot()
                        .registerCertificateWithoutCA(
                            r -> r.certificatePem(active).status(CertificateStatus.ACTIVE))
                        .certificateId())
                .status())
        .isEqualTo(CertificateStatus.ACTIVE);
    refused(
        400,
        "CertificateValidationException",
        () -> iot().registerCertificateWithoutCA(r -> r.certificatePem("no certificate")));
  }

  @Test
  void certificatesAreListedInPagesFromEitherEnd() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      made.add(iot().createKeysAndCertificate().certificateId());
    }
    List<String> seen = new ArrayList<>();
    String marker = null;
    do {
      String from = marker;
      var page = iot().listCertificates(r -> r.pageSize(2).marker(from).ascendingOrder(true));
      assertThat(page.certificates()).hasSizeBetween(1, 2);
      page.certificates().forEach(c -> seen.add(c.certificateId()));
      marker = page.nextMarker();
    } while (marker != null);
    assertThat(seen).doesNotHaveDuplicates().containsSubsequence(made);
    Certificate newest = iot().listCertificates(r -> r.pageSize(1)).certificates().getFirst();
    assertThat(newest.certificateId()).isEqualTo(seen.getLast());
    assertThat(newest.certificateArn()).endsWith(newest.certificateId());
    assertThat(newest.status()).isNotNull();
    assertThat(newest.creationDate()).isNotNull();
    refused(400, INVALID, () -> iot().listCertificates(r -> r.pageSize(0)));
    refused(400, INVALID, () -> iot().listCertificates(r -> r.marker("bm90IG91cnM")));
  }

  @Test
  void aPolicyIsMadeReadVersionedAndDeleted() {
    var made = iot().createPolicy(r -> r.policyName("life").policyDocument(DOCUMENT));
    assertThat(made.policyArn()).isEqualTo("arn:aws:iot:us-east-1:000000000000:policy/life");
    assertThat(made.policyName()).isEqualTo("life");
    assertThat(made.policyDocument()).isEqualTo(DOCUMENT);
    assertThat(made.policyVersionId()).isEqualTo("1");
    var second =
        iot()
            .createPolicyVersion(
                r -> r.policyName("life").policyDocument(OTHER).setAsDefault(true));
    assertThat(second.policyVersionId()).isEqualTo("2");
    assertThat(second.isDefaultVersion()).isTrue();
    assertThat(second.policyDocument()).isEqualTo(OTHER);
    assertThat(second.policyArn()).isEqualTo(made.policyArn());
    GetPolicyResponse is = iot().getPolicy(r -> r.policyName("life"));
    assertThat(is.policyName()).isEqualTo("life");
    assertThat(is.policyArn()).isEqualTo(made.policyArn());
    assertThat(is.policyDocument()).isEqualTo(OTHER);
    assertThat(is.defaultVersionId()).isEqualTo("2");
    assertThat(is.generationId()).isNotBlank();
    assertThat(is.creationDate()).isBeforeOrEqualTo(is.lastModifiedDate());
    iot().setDefaultPolicyVersion(r -> r.policyName("life").policyVersionId("1"));
    assertThat(iot().listPolicyVersions(r -> r.policyName("life")).policyVersions())
        .extracting(PolicyVersion::versionId, PolicyVersion::isDefaultVersion)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("1", true),
            org.assertj.core.groups.Tuple.tuple("2", false));
    var version = iot().getPolicyVersion(r -> r.policyName("life").policyVersionId("2"));
    assertThat(version.policyDocument()).isEqualTo(OTHER);
    assertThat(version.isDefaultVersion()).isFalse();
    assertThat(version.policyName()).isEqualTo("life");
    refused(
        409,
        "DeleteConflictException",
        () -> iot().deletePolicyVersion(r -> r.policyName("life").policyVersionId("1")));
    refused(409, "DeleteConflictException", () -> iot().deletePolicy(r -> r.policyName("life")));
    iot().deletePolicyVersion(r -> r.policyName("life").policyVersionId("2"));
    iot().deletePolicy(r -> r.policyName("life"));
    refused(404, MISSING, () -> iot().getPolicy(r -> r.policyName("life")));
  }

  @Test
  void aPolicyIsRefusedByTheExactError() {
    iot().createPolicy(r -> r.policyName("strict").policyDocument(DOCUMENT));
    refused(
        409,
        "ResourceAlreadyExistsException",
        () -> iot().createPolicy(r -> r.policyName("strict").policyDocument(OTHER)));
    refused(
        400,
        "MalformedPolicyException",
        () -> iot().createPolicy(r -> r.policyName("bad").policyDocument("{}")));
    refused(
        400,
        "MalformedPolicyException",
        () -> iot().createPolicyVersion(r -> r.policyName("strict").policyDocument("[]")));
    refused(
        400,
        INVALID,
        () -> iot().createPolicy(r -> r.policyName("not good").policyDocument(DOCUMENT)));
    for (int i = 2; i <= 5; i++) {
      iot().createPolicyVersion(r -> r.policyName("strict").policyDocument(DOCUMENT));
    }
    refused(
        409,
        "VersionsLimitExceededException",
        () -> iot().createPolicyVersion(r -> r.policyName("strict").policyDocument(DOCUMENT)));
    refused(404, MISSING, () -> iot().deletePolicy(r -> r.policyName("none")));
    refused(404, MISSING, () -> iot().listPolicyVersions(r -> r.policyName("none")));
    refused(
        404,
        MISSING,
        () -> iot().createPolicyVersion(r -> r.policyName("none").policyDocument(DOCUMENT)));
    refused(
        404,
        MISSING,
        () -> iot().getPolicyVersion(r -> r.policyName("strict").policyVersionId("9")));
    refused(
        404,
        MISSING,
        () -> iot().deletePolicyVersion(r -> r.policyName("strict").policyVersionId("9")));
    refused(
        404,
        MISSING,
        () -> iot().setDefaultPolicyVersion(r -> r.policyName("strict").policyVersionId("9")));
  }

  @Test
  void policiesAreAttachedListedFromBothSidesAndDetached() {
    String target = iot().createKeysAndCertificate().certificateArn();
    String other = iot().createKeysAndCertificate().certificateArn();
    for (String name : List.of("at1", "at2", "at3")) {
      iot().createPolicy(r -> r.policyName(name).policyDocument(DOCUMENT));
      iot().attachPolicy(r -> r.policyName(name).target(target));
      iot().attachPolicy(r -> r.policyName(name).target(target));
    }
    iot().attachPolicy(r -> r.policyName("at1").target(other));
    var first = iot().listAttachedPolicies(r -> r.target(target).pageSize(2));
    assertThat(first.policies()).extracting(Policy::policyName).containsExactly("at1", "at2");
    assertThat(first.policies().getFirst().policyArn()).endsWith(":policy/at1");
    assertThat(
            iot().listAttachedPolicies(r -> r.target(target).marker(first.nextMarker())).policies())
        .extracting(Policy::policyName)
        .containsExactly("at3");
    var targets = iot().listTargetsForPolicy(r -> r.policyName("at1").pageSize(1));
    assertThat(targets.targets()).hasSize(1);
    assertThat(
            iot()
                .listTargetsForPolicy(r -> r.policyName("at1").marker(targets.nextMarker()))
                .targets())
        .hasSize(1)
        .doesNotContainAnyElementsOf(targets.targets());
    refused(409, "DeleteConflictException", () -> iot().deletePolicy(r -> r.policyName("at3")));
    iot().detachPolicy(r -> r.policyName("at3").target(target));
    iot().detachPolicy(r -> r.policyName("at3").target(target));
    iot().deletePolicy(r -> r.policyName("at3"));
    refused(404, MISSING, () -> iot().attachPolicy(r -> r.policyName("none").target(target)));
    refused(404, MISSING, () -> iot().listTargetsForPolicy(r -> r.policyName("none")));
    refused(404, MISSING, () -> iot().attachPolicy(r -> r.policyName("at1").target(target + "0")));
  }

  @Test
  void policiesAreListedInPagesFromEitherEnd() {
    for (String name : List.of("page1", "page2", "page3")) {
      iot().createPolicy(r -> r.policyName(name).policyDocument(DOCUMENT));
    }
    List<String> seen = new ArrayList<>();
    String marker = null;
    do {
      String from = marker;
      var page = iot().listPolicies(r -> r.pageSize(2).marker(from).ascendingOrder(true));
      page.policies().forEach(policy -> seen.add(policy.policyName()));
      marker = page.nextMarker();
    } while (marker != null);
    assertThat(seen).containsSubsequence("page1", "page2", "page3").doesNotHaveDuplicates();
    assertThat(
            iot()
                .listPolicies(r -> r.pageSize(1).ascendingOrder(false))
                .policies()
                .getFirst()
                .policyName())
        .isEqualTo(seen.getLast());
    refused(400, INVALID, () -> iot().listPolicies(r -> r.pageSize(251)));
  }
}
