package io.thingstead.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
  @TempDir Path directory;
  private Fixture fixture;

  @BeforeEach
  void setUp() {
    fixture = new Fixture(directory);
  }

  /** Whether a stored row holds a good part of a secret, as it is or in Base64. */
  static boolean contains(String row, byte[] secret) {
    for (int from = 0; from + 48 <= secret.length; from++) {
      byte[] part = Arrays.copyOfRange(secret, from, from + 48);
      if (row.contains(Base64.getEncoder().encodeToString(part))
          || row.contains(new String(part, StandardCharsets.ISO_8859_1))) {
        return true;
      }
    }
    return false;
  }

  @Test
  void noKeyOfOursIsStoredOpenly() {
    OwnCa ca = fixture.ca();
    ServerIdentity identity =
        ServerCertificate.issued(
                fixture.server(),
                fixture.master,
                ca,
                fixture.keys,
                fixture.clock,
                () -> List.of("localhost"))
            .current();

    for (byte[] key : List.of(identity.key().getEncoded(), ca.authority().key().getEncoded())) {
      assertThat(fixture.stored()).hasSizeGreaterThan(1).noneMatch(row -> contains(row, key));
    }
    assertThat(identity.toString()).doesNotContain("Key");
  }

  @Test
  void theSearchFindsAnOpenKey() {
    byte[] key = fixture.keys.p256().getPrivate().getEncoded();

    assertThat(contains("{\"key\":\"" + Base64.getEncoder().encodeToString(key) + "\"}", key))
        .isTrue();
  }

  @Test
  void theCredentialsFileIsPrivateAndReadable() throws Exception {
    Credential made = fixture.accessKeys().administrator(fixture.account);
    Path file = directory.resolve("credentials");
    CredentialsFile.write(file, List.of(made));

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    for (String profile : List.of("default", "000000000000")) {
      assertThat(CredentialsFile.read(file, profile))
          .isEqualTo(new CredentialsFile.Entry(made.accessKeyId(), made.secretAccessKey(), null));
    }
    assertThat(CredentialsFile.read(file, "other")).isNull();
  }

  @Test
  void accessKeysSurviveARestartSealed() {
    AccessKeys keys = fixture.accessKeys();
    Credential made = keys.administrator(fixture.account);
    fixture.simulation.crashAndRestart();
    AccessKeys later = fixture.accessKeys();

    assertThat(later.administrator(fixture.account)).isEqualTo(made);
    assertThat(later.find(made.accessKeyId())).isEqualTo(made);
    assertThat(later.find("AKIAUNKNOWN")).isNull();
    assertThat(made.accessKeyId()).matches("AKIA[A-Z2-7]{16}");
    assertThat(made.secretAccessKey()).hasSize(40);
    assertThat(made.principal().administrator()).isTrue();
    assertThat(made.toString()).doesNotContain(made.secretAccessKey());
    assertThat(fixture.stored())
        .hasSizeGreaterThan(0)
        .noneMatch(row -> row.contains(made.secretAccessKey()));
  }
}
