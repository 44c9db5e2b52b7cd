package io.thingstead.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Page;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaCertificatesTest {
  @TempDir Path directory;
  private Fixture fixture;
  private Certificates certificates;
  private CaCertificates cas;
  private Authority ca;
  private final List<JustRegistered> events = new ArrayList<>();

  @BeforeEach
  void setUp() {
    fixture = new Fixture(directory);
    certificates = fixture.certificates();
    certificates.onNewcomer(
        shown -> {
          events.add(shown);
          return "";
        });
    cas = certificates.cas();
    ca = authority("Factory");
  }

  private static KeyPair key() {
    try {
      return KeyPairGenerator.getInstance("EC").generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Authority authority(String name) {
    Instant now = fixture.clock.instant();
    return Authority.create(
        key(),
        Authority.commonName(name),
        now.minus(Duration.ofDays(1)),
        now.plus(Duration.ofDays(365)),
        Fixture.RANDOM);
  }

  private X509Certificate leaf(Authority of, String name) {
    Instant now = fixture.clock.instant();
    return of.device(
        Authority.commonName(name),
        key().getPublic(),
        now.minus(Duration.ofDays(1)),
        now.plus(Duration.ofDays(30)));
  }

  private static String pem(X509Certificate certificate) {
    return Pem.certificate(ClientCertificates.der(certificate));
  }

  private String proof(Authority of) {
    return pem(leaf(of, cas.registrationCode().get()));
  }

  private String registered(boolean active, boolean auto) {
    return cas.register(
            pem(ca.certificate()),
            proof(ca),
            active,
            auto,
            CertificateMode.DEFAULT,
            null,
            (_, _) -> {})
        .certificateId();
  }

  private AbstractThrowableAssert<?, ?> refused(AwsError error, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  @Test
  void theRegistrationCodeStaysUntilItIsDeleted() {
    String code = cas.registrationCode().get();

    assertThat(code).matches("[0-9a-f]{64}");
    assertThat(cas.registrationCode().get()).isEqualTo(code);
    cas.registrationCode().delete();
    refused(AwsError.RESOURCE_NOT_FOUND, () -> cas.registrationCode().delete());
    assertThat(cas.registrationCode().get()).isNotEqualTo(code);
  }

  @Test
  void aCaIsRegisteredByAProofThatNamesTheCode() {
    String id = registered(false, false);

    assertThat(cas.describe(id))
        .satisfies(
            it -> {
              assertThat(it.certificateArn())
                  .isEqualTo("arn:aws:iot:us-east-1:000000000000:cacert/" + id);
              assertThat(it.status()).isEqualTo(CaStatus.INACTIVE);
              assertThat(it.autoRegistration()).isFalse();
              assertThat(it.pem()).isEqualTo(pem(ca.certificate()));
              assertThat(it.mode()).isEqualTo(CertificateMode.DEFAULT);
            });
    refused(AwsError.RESOURCE_ALREADY_EXISTS, () -> registered(true, true));
  }

  @Test
  void aProofWithAnotherNameOrKeyIsRefused() {
    String caPem = pem(ca.certificate());
    String wrongName = pem(leaf(ca, "somebody"));
    cas.registrationCode().get();

    refused(
            AwsError.REGISTRATION_CODE_VALIDATION,
            () ->
                cas.register(
                    caPem, wrongName, true, false, CertificateMode.DEFAULT, null, (_, _) -> {}))
        .hasMessageContaining("somebody");
    refused(
        AwsError.CERTIFICATE_VALIDATION,
        () ->
            cas.register(
                caPem,
                proof(authority("Other")),
                true,
                false,
                CertificateMode.DEFAULT,
                null,
                (_, _) -> {}));
    refused(
        AwsError.INVALID_REQUEST,
        () -> cas.register(caPem, null, true, false, CertificateMode.DEFAULT, null, (_, _) -> {}));
    refused(
        AwsError.INVALID_REQUEST,
        () ->
            cas.register(
                caPem, proof(ca), true, false, CertificateMode.SNI_ONLY, null, (_, _) -> {}));
    assertThat(cas.list(null, null, true).items()).isEmpty();
  }

  @Test
  void aCertificateThatIsNoCaIsRefused() {
    refused(
            AwsError.CERTIFICATE_VALIDATION,
            () ->
                cas.register(
                    pem(leaf(ca, "x")),
                    null,
                    true,
                    false,
                    CertificateMode.SNI_ONLY,
                    null,
                    (_, _) -> {}))
        .hasMessageContaining("no CA");
  }

  @Test
  void anActiveCaIsNotDeletedAndADeletedOneIsForgotten() {
    String id = registered(true, true);

    refused(AwsError.CERTIFICATE_STATE, () -> cas.delete(id));
    cas.update(id, CaStatus.INACTIVE, null, null, false);
    cas.delete(id);
    refused(AwsError.RESOURCE_NOT_FOUND, () -> cas.describe(id));
    assertThat(certificates.meet(List.of(leaf(ca, "late"))))
        .isInstanceOf(CertificateLookup.Refused.class);
    registered(true, true);
  }

  @Test
  void atMostTenCasShareASubject() {
    for (int i = 0; i < 10; i++) {
      cas.register(
          pem(authority("Same").certificate()),
          null,
          false,
          false,
          CertificateMode.SNI_ONLY,
          null,
          (_, _) -> {});
    }

    refused(
        AwsError.LIMIT_EXCEEDED,
        () ->
            cas.register(
                pem(authority("Same").certificate()),
                null,
                false,
                false,
                CertificateMode.SNI_ONLY,
                null,
                (_, _) -> {}));
    Page<ListedCaCertificate> first = cas.list(4, null, true);
    assertThat(first.items()).hasSize(4);
    assertThat(cas.list(250, first.next(), true).items())
        .hasSize(6)
        .doesNotContainAnyElementsOf(first.items());
  }

  @Test
  void aCertificateIsRegisteredOnTheWordOfAnActiveCa() {
    String id = registered(false, false);
    X509Certificate device = leaf(ca, "device");

    refused(
        AwsError.CERTIFICATE_STATE,
        () -> certificates.registerCertificate(pem(device), null, CertificateStatus.ACTIVE));
    cas.update(id, CaStatus.ACTIVE, null, null, false);
    refused(
        AwsError.CERTIFICATE_VALIDATION,
        () ->
            certificates.registerCertificate(
                pem(leaf(authority("Stranger"), "x")), null, CertificateStatus.ACTIVE));
    String made =
        certificates
            .registerCertificate(pem(device), pem(ca.certificate()), CertificateStatus.ACTIVE)
            .certificateId();

    assertThat(certificates.describe(made).caCertificateId()).isEqualTo(id);
    assertThat(certificates.listByCa(id, null, null, true).items())
        .extracting(ListedCertificate::certificateId)
        .containsExactly(made);
    certificates.update(made, CertificateStatus.INACTIVE);
    certificates.delete(made, false);
    assertThat(certificates.listByCa(id, null, null, true).items()).isEmpty();
  }

  @Test
  void twoCasWithOneNameAndKeyMustBeToldApart() throws Exception {
    KeyPair keys = key();
    Authority old = twin(keys, 300);
    Authority renewed = twin(keys, 400);
    for (Authority each : List.of(old, renewed)) {
      cas.register(
          pem(each.certificate()), null, true, false, CertificateMode.SNI_ONLY, null, (_, _) -> {});
    }
    String device = pem(leaf(old, "d"));

    refused(
        AwsError.CERTIFICATE_CONFLICT,
        () -> certificates.registerCertificate(device, null, CertificateStatus.ACTIVE));
    certificates.registerCertificate(device, pem(renewed.certificate()), CertificateStatus.ACTIVE);
  }

  private Authority twin(KeyPair keys, int days) {
    Instant now = fixture.clock.instant();
    return Authority.create(
        keys,
        Authority.commonName("Twin"),
        now.minus(Duration.ofDays(1)),
        now.plus(Duration.ofDays(days)),
        Fixture.RANDOM);
  }

  @Test
  void theFirstHandshakeRegistersAndTellsAndSoDoesEachUntilItIsActivated() {
    String caId = registered(true, true);
    X509Certificate device = leaf(ca, "fresh");
    String id = ClientCertificates.id(device);

    assertThat(certificates.meet(List.of(device)))
        .isInstanceOfSatisfying(
            CertificateLookup.Known.class,
            known -> {
              assertThat(known.status()).isEqualTo(CertificateStatus.PENDING_ACTIVATION);
              assertThat(known.principal().active()).isFalse();
              assertThat(known.whyNot()).contains("PENDING_ACTIVATION").contains(id);
            });
    Instant first = fixture.clock.instant();
    Instant registered = certificates.describe(id).creationDate();
    assertThat(events).containsExactly(new JustRegistered(id, caId, first, registered));

    fixture.pass(Duration.ofSeconds(5));
    certificates.meet(List.of(device));
    assertThat(events).hasSize(2);
    assertThat(events.getLast())
        .isEqualTo(new JustRegistered(id, caId, first.plusSeconds(5), registered));

    certificates.update(id, CertificateStatus.ACTIVE);
    assertThat(certificates.meet(List.of(device)))
        .isInstanceOfSatisfying(
            CertificateLookup.Known.class,
            known -> assertThat(known.principal().active()).isTrue());
    assertThat(events).hasSize(2);
  }

  @Test
  void aCaThatIsInactiveOrDoesNotRegisterIsNamedInTheRefusal() {
    String id = registered(false, true);
    X509Certificate device = leaf(ca, "d");

    assertThat(why(device)).contains(id).contains("INACTIVE");
    cas.update(id, CaStatus.ACTIVE, false, null, false);
    assertThat(why(device)).contains(id).contains("--new-auto-registration-status ENABLE");
    assertThat(certificates.exists(ClientCertificates.id(device))).isFalse();
    assertThat(events).isEmpty();
  }

  @Test
  void anEndedCertificateIsNotRegistered() {
    registered(true, true);
    X509Certificate device = leaf(ca, "d");
    fixture.pass(Duration.ofDays(31));

    assertThat(why(device)).contains("ended");
    assertThat(certificates.exists(ClientCertificates.id(device))).isFalse();
  }

  private String why(X509Certificate device) {
    return certificates.meet(List.of(device)) instanceof CertificateLookup.Refused(String why)
        ? why
        : "accepted";
  }

  @Test
  void aRegisteredRootVouchesThroughTheIntermediateThatIsShown() throws Exception {
    KeyPair rootKey = key();
    KeyPair middleKey = key();
    X509Certificate root = sign("CN=Root", "CN=Root", rootKey, rootKey, true);
    X509Certificate middle = sign("CN=Root", "CN=Middle", rootKey, middleKey, true);
    X509Certificate noCa = sign("CN=Root", "CN=Middle", rootKey, middleKey, false);
    X509Certificate device = sign("CN=Middle", "CN=device", middleKey, key(), false);
    cas.register(pem(root), null, true, true, CertificateMode.SNI_ONLY, null, (_, _) -> {});

    assertThat(certificates.meet(List.of(device))).isInstanceOf(CertificateLookup.Refused.class);
    assertThat(certificates.meet(List.of(device, noCa)))
        .isInstanceOf(CertificateLookup.Refused.class);
    assertThat(certificates.meet(List.of(device, authority("Middle").certificate())))
        .isInstanceOf(CertificateLookup.Refused.class);
    assertThat(certificates.meet(List.of(device, middle)))
        .isInstanceOf(CertificateLookup.Known.class);
  }

  private X509Certificate sign(
      String issuer, String subject, KeyPair by, KeyPair of, boolean authority) throws Exception {
    Instant now = fixture.clock.instant();
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    new org.bouncycastle.asn1.x500.X500Name(issuer),
                    BigInteger.valueOf(7),
                    Date.from(now.minus(Duration.ofDays(1))),
                    Date.from(now.plus(Duration.ofDays(9))),
                    new org.bouncycastle.asn1.x500.X500Name(subject),
                    of.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(by.getPrivate())));
  }
}
