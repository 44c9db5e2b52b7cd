package io.thingstead.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.net.TestAuthority;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which certificates and CAs end soon, as long as they do. */
class EndingTest {
  @TempDir Path directory;
  private Fixture fixture;
  private Certificates certificates;

  @BeforeEach
  void setUp() {
    fixture = new Fixture(directory);
    certificates = fixture.certificates();
  }

  private List<String> ending() {
    return certificates.expiry().ending(10).stream()
        .map(each -> each.id() + " " + each.days())
        .toList();
  }

  private void until(Instant end, Duration before) {
    fixture.pass(Duration.between(fixture.clock.instant(), end.minus(before)));
  }

  @Test
  void anActiveOneIsAmongThoseThatEndUntilItHas() {
    X509Certificate leaf = new TestAuthority().client("x").certificate();
    Instant end = leaf.getNotAfter().toInstant();
    String id =
        certificates
            .registerCertificateWithoutCa(
                Pem.certificate(ClientCertificates.der(leaf)), CertificateStatus.ACTIVE)
            .certificateId();
    until(end, Duration.ofDays(31));
    assertThat(ending()).isEmpty();
    until(end, Duration.ofDays(3));
    assertThat(ending()).containsExactly(id + " 7");
    certificates.expiry().check(_ -> {});
    assertThat(ending()).containsExactly(id + " 7");
    assertThat(certificates.expiry().ending(0)).isEmpty();
    certificates.update(id, CertificateStatus.INACTIVE);
    assertThat(ending()).isEmpty();
    certificates.update(id, CertificateStatus.ACTIVE);
    until(end, Duration.ofSeconds(-1));
    assertThat(ending()).isEmpty();
  }

  @Test
  void aCaIsAmongThemUntilItIsDeleted() {
    TestAuthority authority = new TestAuthority();
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
    until(authority.root().getNotAfter().toInstant(), Duration.ofDays(5));
    assertThat(ending()).containsExactly(id + " 7");
    certificates.cas().delete(id);
    assertThat(ending()).isEmpty();
  }
}
