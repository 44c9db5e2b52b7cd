package io.thingstead.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.net.TestAuthority;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpiryTest {
  @TempDir Path directory;
  private Fixture fixture;
  private Certificates certificates;
  private final List<String> told = new ArrayList<>();

  @BeforeEach
  void setUp() {
    fixture = new Fixture(directory);
    certificates = fixture.certificates();
  }

  private List<String> check() {
    told.clear();
    certificates
        .expiry()
        .check(ending -> told.add((ending.ca() ? "ca " : "certificate ") + ending.days()));
    return told;
  }

  private void until(Instant end, Duration before) {
    fixture.pass(Duration.between(fixture.clock.instant(), end.minus(before)));
  }

  @Test
  void eachStepIsToldOnceAlsoAfterARestart() {
    X509Certificate leaf = new TestAuthority().client("x").certificate();
    Instant end = leaf.getNotAfter().toInstant();
    certificates.registerCertificateWithoutCa(
        Pem.certificate(ClientCertificates.der(leaf)), CertificateStatus.ACTIVE);
    certificates.createKeysAndCertificate(true);
    until(end, Duration.ofDays(31));
    assertThat(check()).isEmpty();
    until(end, Duration.ofDays(30));
    assertThat(check()).containsExactly("certificate 30");
    certificates = fixture.certificates();
    assertThat(check()).isEmpty();
    until(end, Duration.ofDays(7));
    assertThat(check()).containsExactly("certificate 7");
    until(end, Duration.ofHours(24));
    assertThat(check()).containsExactly("certificate 1");
    assertThat(check()).isEmpty();
    until(end, Duration.ofSeconds(-1));
    assertThat(check()).isEmpty();
  }

  /** Those of before there were rows of ends: they are found once, and deleted like any other. */
  @Test
  void certificatesThatAreOlderThanTheRowsAreFound() {
    X509Certificate leaf = new TestAuthority().client("x").certificate();
    Instant end = leaf.getNotAfter().toInstant();
    String id =
        certificates
            .registerCertificateWithoutCa(
                Pem.certificate(ClientCertificates.der(leaf)), CertificateStatus.INACTIVE)
            .certificateId();
    fixture
        .registry()
        .call(
            tx -> {
              CertificateRow row = Objects.requireNonNull(CertificateTable.get(tx, id));
              CertificateTable.put(tx, id, row.ending(0));
              Expiry.delete(tx, Expiry.Of.CERTIFICATE, id, end.toEpochMilli());
              return true;
            });
    until(end, Duration.ofDays(20));

    assertThat(check()).containsExactly("certificate 30");
    assertThat(check()).isEmpty();
    until(end, Duration.ofDays(5));
    certificates.delete(id, false);
    assertThat(check()).isEmpty();
  }

  @Test
  void aCaIsToldOfTooAndWhatIsDeletedIsNot() {
    TestAuthority authority = new TestAuthority();
    Instant end = authority.root().getNotAfter().toInstant();
    String id =
        certificates
            .cas()
            .register(
                Pem.certificate(ClientCertificates.der(authority.root())),
                null,
                false,
                false,
                CertificateMode.SNI_ONLY,
                null,
                (_, _) -> {})
            .certificateId();
    until(end, Duration.ofDays(5));
    assertThat(check()).containsExactly("ca 7");
    certificates.cas().delete(id);
    until(end, Duration.ofHours(1));
    assertThat(check()).isEmpty();
  }
}
