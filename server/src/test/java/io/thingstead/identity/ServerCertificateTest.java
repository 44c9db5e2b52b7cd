package io.thingstead.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCertificateTest {
  @TempDir Path directory;
  private Fixture fixture;
  private List<String> names = List.of("localhost", "Pi.local", "127.0.0.1", "::1");

  @BeforeEach
  void setUp() {
    fixture = new Fixture(directory);
  }

  private ServerCertificate open() {
    return ServerCertificate.issued(
        fixture.server(), fixture.master, fixture.ca(), fixture.keys, fixture.clock, () -> names);
  }

  @Test
  void everyNameIsCoveredAndTheChainLeadsToTheCa() throws Exception {
    ServerIdentity identity = open().current();

    assertThat(names(identity.leaf()))
        .containsExactlyInAnyOrder("localhost", "pi.local", "127.0.0.1", "0:0:0:0:0:0:0:1");
    identity.leaf().verify(fixture.ca().certificate().getPublicKey());
    assertThat(identity.chain().getLast()).isEqualTo(fixture.ca().certificate());
    assertThat(fixture.ca().certificate().getBasicConstraints()).isZero();
  }

  private static Set<Object> names(X509Certificate certificate) throws Exception {
    return certificate.getSubjectAlternativeNames().stream()
        .map(pair -> pair.get(1))
        .collect(Collectors.toSet());
  }

  @Test
  void aRestartKeepsCaAndCertificate() {
    X509Certificate before = open().current().leaf();

    assertThat(open().current().leaf()).isEqualTo(before);
    ServerCertificate again = open();
    ServerIdentity identity = again.current();
    again.refresh();
    assertThat(again.current()).isSameAs(identity);
  }

  @Test
  void itIsRenewedAMonthBeforeItsEnd() {
    ServerCertificate certificate = open();
    List<ServerIdentity> heard = new ArrayList<>();
    certificate.onChange(heard::add);
    X509Certificate before = certificate.current().leaf();

    fixture.clock.move(Duration.ofDays(366));
    certificate.refresh();
    assertThat(heard).isEmpty();
    fixture.clock.move(Duration.ofDays(2));
    certificate.refresh();
    assertThat(heard).containsExactly(certificate.current());
    assertThat(certificate.current().leaf().getNotAfter()).isAfter(before.getNotAfter());
  }

  @Test
  void aNewNameIsCoveredAtTheNextRefresh() throws Exception {
    ServerCertificate certificate = open();
    names = List.of("localhost", "111111111111.localhost");
    certificate.refresh();

    assertThat(names(certificate.current().leaf()))
        .containsExactlyInAnyOrder("localhost", "111111111111.localhost");
  }

  @Test
  void theCaIsWrittenForClients() throws Exception {
    Path file = directory.resolve("ca.pem");
    fixture.ca().writePem(file);

    assertThat(Pem.certificates(Files.readString(file)))
        .containsExactly(fixture.ca().certificate());
  }

  @Test
  void ownFilesAreReadAgainWhenTheyChange() throws Exception {
    writeOwn("CN=first", fixture.keys.p256());
    ServerCertificate certificate =
        ServerCertificate.fromFiles(new ServerCertificateFiles(certificateFile(), keyFile()));
    List<ServerIdentity> heard = new ArrayList<>();
    certificate.onChange(heard::add);

    certificate.refresh();
    assertThat(heard).isEmpty();
    KeyPair second = fixture.keys.rsa();
    writeOwn("CN=second", second);
    certificate.refresh();
    assertThat(heard).hasSize(1);
    assertThat(certificate.current().key()).isEqualTo(second.getPrivate());
  }

  @Test
  void halfWrittenOwnFilesLeaveTheOldCertificateInUse() throws Exception {
    writeOwn("CN=first", fixture.keys.p256());
    ServerCertificate certificate =
        ServerCertificate.fromFiles(new ServerCertificateFiles(certificateFile(), keyFile()));
    ServerIdentity before = certificate.current();

    Files.writeString(certificateFile(), "");
    certificate.refresh();
    assertThat(certificate.current()).isSameAs(before);
  }

  @Test
  void aKeyOfAnotherCertificateIsRefusedByName() throws Exception {
    writeOwn("CN=first", fixture.keys.p256());
    Files.writeString(keyFile(), key(fixture.keys.p256()));

    assertThatThrownBy(
            () ->
                ServerCertificate.fromFiles(
                    new ServerCertificateFiles(certificateFile(), keyFile())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the key is not the certificate's")
        .hasMessageContaining(keyFile().toString());
  }

  private Path certificateFile() {
    return directory.resolve("own.pem");
  }

  private Path keyFile() {
    return directory.resolve("own.key");
  }

  private void writeOwn(String name, KeyPair pair) throws Exception {
    X509Certificate made =
        Authority.create(
                pair,
                Authority.commonName(name),
                fixture.clock.instant(),
                fixture.clock.instant().plus(Duration.ofDays(9)),
                Fixture.RANDOM)
            .certificate();
    Files.writeString(certificateFile(), Pem.certificate(made.getEncoded()));
    Files.writeString(keyFile(), key(pair));
  }

  private static String key(KeyPair pair) {
    return Pem.certificate(pair.getPrivate().getEncoded()).replace("CERTIFICATE", "PRIVATE KEY");
  }
}
