package io.thingstead.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Page;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
  @TempDir Path directory;
  private Fixture fixture;
  private Certificates certificates;

  @BeforeEach
  void setUp() {
    fixture = new Fixture(directory);
    certificates = fixture.certificates();
  }

  @Test
  void createdKeysBelongToTheCreatedCertificate() throws Exception {
    IssuedKeys issued = certificates.createKeysAndCertificate(true);
    X509Certificate certificate = Pem.certificates(issued.certificate().pem()).getFirst();

    assertThat(issued.privateKeyPem()).startsWith("-----BEGIN RSA PRIVATE KEY-----\n");
    assertThat(issued.publicKeyPem())
        .startsWith("-----BEGIN PUBLIC KEY-----\n")
        .endsWith("-----END PUBLIC KEY-----\n");
    Signature signer = Signature.getInstance("SHA256withRSA");
    signer.initSign(Pem.privateKey(issued.privateKeyPem()));
    signer.update(new byte[10]);
    Signature verifier = Signature.getInstance("SHA256withRSA");
    verifier.initVerify(certificate);
    verifier.update(new byte[10]);
    assertThat(verifier.verify(signer.sign())).isTrue();
  }

  @Test
  void createdCertificateLooksLikeTheClouds() throws Exception {
    IssuedCertificate issued = certificates.createKeysAndCertificate(false).certificate();
    X509Certificate certificate = Pem.certificates(issued.pem()).getFirst();

    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=AWS IoT Certificate");
    assertThat(certificate.getNotAfter().toInstant())
        .isEqualTo(Instant.parse("2049-12-31T23:59:59Z"));
    assertThat(certificate.getSigAlgName()).isEqualToIgnoringCase("SHA256withRSA");
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    String id =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    assertThat(issued.certificateId()).isEqualTo(id);
    assertThat(issued.certificateArn()).isEqualTo("arn:aws:iot:us-east-1:000000000000:cert/" + id);
    assertThat(issued.pem()).endsWith("-----END CERTIFICATE-----\n").doesNotContain("\r");
  }

  @Test
  void thePrivateKeyIsNeitherStoredNorPrinted() throws Exception {
    IssuedKeys issued = certificates.createKeysAndCertificate(true);
    // The rest of the key is in the certificate.
    byte[] secret =
        ((RSAPrivateKey) Pem.privateKey(issued.privateKeyPem())).getPrivateExponent().toByteArray();

    assertThat(fixture.stored())
        .hasSizeGreaterThan(3)
        .noneMatch(row -> SecretsTest.contains(row, secret));
    assertThat(issued.toString()).doesNotContain("PRIVATE");
  }

  @Test
  void aRestartKeepsTheDeviceCa() throws Exception {
    X509Certificate before = issue();
    certificates = fixture.certificates();
    X509Certificate after = issue();

    assertThat(after.getIssuerX500Principal()).isEqualTo(before.getIssuerX500Principal());
    assertThat(after.getExtensionValue("2.5.29.35"))
        .isEqualTo(before.getExtensionValue("2.5.29.35"));
  }

  private X509Certificate issue() throws Exception {
    return Pem.certificates(certificates.createKeysAndCertificate(true).certificate().pem())
        .getFirst();
  }

  @Test
  void signingRequestKeepsItsSubjectAndKey() throws Exception {
    KeyPair pair = fixture.keys.p256();
    IssuedCertificate issued =
        certificates.createCertificateFromCsr(csr(pair, pair, "CN=pump-7,O=Works"), true);

    X509Certificate certificate = Pem.certificates(issued.pem()).getFirst();
    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("O=Works,CN=pump-7");
    assertThat(certificate.getPublicKey()).isEqualTo(pair.getPublic());
    assertThat(certificates.describe(issued.certificateId()).status())
        .isEqualTo(CertificateStatus.ACTIVE);
  }

  @Test
  void theSameSigningRequestGivesADifferentCertificate() throws Exception {
    KeyPair pair = fixture.keys.p256();
    String csr = csr(pair, pair, "CN=x");

    assertThat(certificates.createCertificateFromCsr(csr, true).certificateId())
        .isNotEqualTo(certificates.createCertificateFromCsr(csr, true).certificateId());
  }

  @Test
  void signingRequestOfAnotherKeyIsRefused() throws Exception {
    String csr = csr(fixture.keys.p256(), fixture.keys.p256(), "CN=x");

    refused(AwsError.INVALID_REQUEST, () -> certificates.createCertificateFromCsr(csr, true))
        .hasMessageContaining("not signed with the key");
  }

  @Test
  void brokenSigningRequestsAreRefused() throws Exception {
    KeyPair pair = fixture.keys.p256();
    String good = csr(pair, pair, "CN=x");
    // Every prefix and every changed character: no other exception may escape.
    for (int i = 0; i < good.length() - 40; i += 3) {
      String cut = good.substring(0, i);
      refused(AwsError.INVALID_REQUEST, () -> certificates.createCertificateFromCsr(cut, true));
    }
    for (int i = 40; i < good.length() - 40; i += 3) {
      String changed =
          good.substring(0, i) + (good.charAt(i) == 'A' ? 'B' : 'A') + good.substring(i + 1);
      assertThatThrownBy(() -> certificates.createCertificateFromCsr(changed, true))
          .as("changed at %d", i)
          .isInstanceOf(ApiException.class);
    }
  }

  @Test
  void registeredCertificateIsInactiveByDefaultAndSniOnly() throws Exception {
    String pem = foreign(Duration.ofDays(1));
    IssuedCertificate issued = certificates.registerCertificateWithoutCa(pem, null);

    CertificateDescription description = certificates.describe(issued.certificateId());
    assertThat(description.status()).isEqualTo(CertificateStatus.INACTIVE);
    assertThat(description.mode()).isEqualTo(CertificateMode.SNI_ONLY);
    assertThat(description.pem()).isEqualTo(pem);
    assertThat(description.ownedBy()).isEqualTo(fixture.account.id());
    assertThat(description.customerVersion()).isEqualTo(1);
  }

  @Test
  void registeringTwiceNamesTheFirst() {
    String pem = foreign(Duration.ofDays(1));
    IssuedCertificate issued = certificates.registerCertificateWithoutCa(pem, null);

    assertThatThrownBy(() -> certificates.registerCertificateWithoutCa(pem, null))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.error()).isEqualTo(AwsError.RESOURCE_ALREADY_EXISTS);
              assertThat(e.members())
                  .containsEntry("resourceId", issued.certificateId())
                  .containsEntry("resourceArn", issued.certificateArn());
            });
  }

  @Test
  void whatIsNoUsableCertificateIsNotRegistered() {
    String good = foreign(Duration.ofDays(1));
    for (String pem : List.of("", "hello", good + good, good.substring(0, 200))) {
      refused(
          AwsError.CERTIFICATE_VALIDATION,
          () -> certificates.registerCertificateWithoutCa(pem, null));
    }
    String ended = foreign(Duration.ofMinutes(-1));
    refused(
            AwsError.CERTIFICATE_VALIDATION,
            () -> certificates.registerCertificateWithoutCa(ended, null))
        .hasMessageContaining("ended");
  }

  @Test
  void onlyThreeStatusesCanBeSet() {
    String id = certificates.registerCertificateWithoutCa(foreign(), null).certificateId();
    for (CertificateStatus status : CertificateStatus.values()) {
      if (status.settable()) {
        certificates.update(id, status);
        assertThat(certificates.describe(id).status()).isEqualTo(status);
      } else {
        refused(AwsError.INVALID_REQUEST, () -> certificates.update(id, status));
      }
    }
  }

  @Test
  void repeatedUpdateChangesNothing() {
    String id = certificates.registerCertificateWithoutCa(foreign(), null).certificateId();
    certificates.update(id, CertificateStatus.ACTIVE);
    CertificateDescription before = certificates.describe(id);
    fixture.pass(Duration.ofHours(1));
    certificates.update(id, CertificateStatus.ACTIVE);

    assertThat(certificates.describe(id)).isEqualTo(before);
    assertThat(before.customerVersion()).isEqualTo(2);
  }

  @Test
  void unknownCertificateIsNotFound() {
    String id = "0".repeat(64);
    refused(AwsError.RESOURCE_NOT_FOUND, () -> certificates.describe(id));
    refused(AwsError.RESOURCE_NOT_FOUND, () -> certificates.update(id, CertificateStatus.REVOKED));
    refused(AwsError.RESOURCE_NOT_FOUND, () -> certificates.delete(id, true));
  }

  @Test
  void activeCertificateIsNotDeletedEvenByForce() {
    String id = active();
    refused(AwsError.CERTIFICATE_STATE, () -> certificates.delete(id, true));
    certificates.update(id, CertificateStatus.INACTIVE);
    certificates.delete(id, false);

    refused(AwsError.RESOURCE_NOT_FOUND, () -> certificates.describe(id));
    assertThat(certificates.list(null, null, true).items()).isEmpty();
  }

  @Test
  void attachedPoliciesAndThingsKeepACertificate() {
    Attached policies = new Attached();
    Attached things = new Attached();
    certificates.guardedByPolicies(policies);
    certificates.guardedByThings(things);
    String id = certificates.registerCertificateWithoutCa(foreign(), null).certificateId();
    String arn = fixture.account.arn("cert/" + id);

    policies.arns.add(arn);
    refused(AwsError.DELETE_CONFLICT, () -> certificates.delete(id, false));
    things.arns.add(arn);
    refused(AwsError.DELETE_CONFLICT, () -> certificates.delete(id, true));
    assertThat(policies.arns).as("a refused delete detaches nothing").containsExactly(arn);
    things.arns.clear();
    certificates.delete(id, true);
    assertThat(policies.arns).isEmpty();
  }

  @Test
  void listingIsPagedInBothDirections() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      ids.add(certificates.registerCertificateWithoutCa(foreign(), null).certificateId());
      fixture.pass(Duration.ofSeconds(1));
    }
    assertThat(all(true, 3)).isEqualTo(ids);
    assertThat(all(false, 2)).isEqualTo(ids.reversed());
    assertThat(all(true, 7)).isEqualTo(ids);
    assertThat(certificates.list(7, null, true).next()).isNull();
  }

  private List<String> all(boolean ascending, int pageSize) {
    List<String> found = new ArrayList<>();
    String marker = null;
    do {
      Page<ListedCertificate> page = certificates.list(pageSize, marker, ascending);
      assertThat(page.items()).hasSizeBetween(1, pageSize);
      page.items().forEach(entry -> found.add(entry.certificateId()));
      marker = page.next();
    } while (marker != null);
    return found;
  }

  @Test
  void foreignMarkersAndPageSizesAreRefused() {
    for (int i = 0; i < 3; i++) {
      certificates.registerCertificateWithoutCa(foreign(), null);
    }
    String descending = certificates.list(1, null, false).next();

    refused(AwsError.INVALID_REQUEST, () -> certificates.list(1, descending, true));
    refused(AwsError.INVALID_REQUEST, () -> certificates.list(1, "%%", true));
    refused(AwsError.INVALID_REQUEST, () -> certificates.list(0, null, true));
    refused(AwsError.INVALID_REQUEST, () -> certificates.list(251, null, true));
  }

  @Test
  void lookupFollowsEveryChange() {
    String id = certificates.registerCertificateWithoutCa(foreign(), null).certificateId();
    assertThat(known(id).principal().active()).isFalse();
    assertThat(known(id).whyNot()).contains(id).contains("INACTIVE");

    certificates.update(id, CertificateStatus.ACTIVE);
    assertThat(known(id).principal())
        .isEqualTo(new Principal.Certificate(id, fixture.account.arn("cert/" + id), true));

    certificates.update(id, CertificateStatus.REVOKED);
    assertThat(known(id).status()).isEqualTo(CertificateStatus.REVOKED);
    certificates.delete(id, false);
    assertThat(refusal(id)).contains("not registered");
  }

  private CertificateLookup.Known known(String id) {
    return (CertificateLookup.Known) certificates.find(id);
  }

  private String refusal(String id) {
    return ((CertificateLookup.Refused) certificates.find(id)).why();
  }

  @Test
  void aCertificateOutsideItsDatesIsRefused() {
    String id =
        certificates
            .registerCertificateWithoutCa(foreign(Duration.ofDays(30)), CertificateStatus.ACTIVE)
            .certificateId();
    assertThat(known(id).principal().active()).isTrue();

    fixture.clock.move(Duration.ofDays(31));
    assertThat(refusal(id)).contains("ended 2026-12-24");
    fixture.clock.move(Duration.ofDays(-40));
    assertThat(refusal(id)).contains("not valid before");
  }

  @Test
  void listenersHearOfEveryChangeOnceItIsDurable() {
    List<String> heard = new ArrayList<>();
    certificates.onChange(
        (arn, active) -> {
          // Whoever is told must already find the new state.
          String id = arn.substring(arn.indexOf('/') + 1);
          boolean found =
              certificates.find(id) instanceof CertificateLookup.Known k && k.principal().active();
          heard.add(active + " " + found);
        });
    String id = active();
    certificates.update(id, CertificateStatus.INACTIVE);
    certificates.update(id, CertificateStatus.INACTIVE);
    certificates.delete(id, false);

    assertThat(heard).containsExactly("true true", "false false", "false false");
  }

  @Test
  void anotherAccountsCertificateIsExplained() throws Exception {
    String pem = foreign();
    X509Certificate leaf = Pem.certificates(pem).getFirst();
    Fixture other = new Fixture(directory);
    CertificateDirectory directoryOfAll = new CertificateDirectory();
    directoryOfAll.add(fixture.account.id(), certificates);
    Certificates others = other.certificates();
    directoryOfAll.add(new io.thingstead.model.AccountId("111111111111"), others);

    assertThat(directoryOfAll.find(fixture.account, List.of(leaf)))
        .isInstanceOfSatisfying(
            CertificateLookup.Refused.class,
            refused -> assertThat(refused.why()).contains("register it or the CA"));
    others.registerCertificateWithoutCa(pem, CertificateStatus.ACTIVE);
    assertThat(directoryOfAll.find(fixture.account, List.of(leaf)))
        .isInstanceOfSatisfying(
            CertificateLookup.Refused.class,
            refused -> assertThat(refused.why()).contains("a host name of account 111111111111"));
    certificates.registerCertificateWithoutCa(pem, CertificateStatus.ACTIVE);
    assertThat(directoryOfAll.find(fixture.account, List.of(leaf)))
        .isInstanceOf(CertificateLookup.Known.class);
  }

  private String active() {
    return certificates
        .registerCertificateWithoutCa(foreign(), CertificateStatus.ACTIVE)
        .certificateId();
  }

  private String foreign() {
    return foreign(Duration.ofDays(365));
  }

  /** A self-signed certificate of somebody else's making. */
  private String foreign(Duration lifetime) {
    Instant now = fixture.clock.instant();
    Authority made =
        Authority.create(
            fixture.keys.p256(),
            Authority.commonName("foreign"),
            now.minus(Duration.ofDays(1)),
            now.plus(lifetime),
            Fixture.RANDOM);
    try {
      return Pem.certificate(made.certificate().getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String csr(KeyPair named, KeyPair signer, String subject) throws Exception {
    byte[] der =
        new JcaPKCS10CertificationRequestBuilder(new X500Name(subject), named.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()))
            .getEncoded();
    return Pem.certificate(der).replace("CERTIFICATE", "CERTIFICATE REQUEST");
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ?> refused(
      AwsError error, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  private static final class Attached implements Attachments {
    final List<String> arns = new ArrayList<>();

    @Override
    public boolean any(Tx tx, String certificateArn) {
      return arns.contains(certificateArn);
    }

    @Override
    public void detachAll(Tx tx, String certificateArn) {
      arns.remove(certificateArn);
    }
  }
}
