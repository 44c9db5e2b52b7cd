package io.thingstead.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeyTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  @TempDir Path directory;

  @Test
  void sealedSecretsOpenAfterARestart() {
    byte[] sealed = MasterKey.open(file(), RANDOM).seal("secret".getBytes(UTF_8), "row");

    assertThat(MasterKey.open(file(), RANDOM).open(sealed, "row")).asString().isEqualTo("secret");
  }

  @Test
  void theFileIsForItsOwnerAlone() throws IOException {
    MasterKey.open(file(), RANDOM);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(Files.size(file())).isEqualTo(32);
  }

  @Test
  void aSecretDoesNotOpenInAnotherPlace() {
    MasterKey key = MasterKey.open(file(), RANDOM);
    byte[] sealed = key.seal(new byte[] {1, 2, 3}, "row 1");

    assertThatThrownBy(() -> key.open(sealed, "row 2"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("row 2");
  }

  @Test
  void anyChangedByteIsNoticed() {
    MasterKey key = MasterKey.open(file(), RANDOM);
    byte[] sealed = key.seal(new byte[] {1, 2, 3}, "row");

    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> key.open(changed, "row"))
          .as("byte %d", i)
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void equalSecretsAreSealedDifferently() {
    MasterKey key = MasterKey.open(file(), RANDOM);

    assertThat(key.seal(new byte[16], "row")).isNotEqualTo(key.seal(new byte[16], "row"));
  }

  @Test
  void aKeyOthersCanReadIsRefused() throws IOException {
    MasterKey.open(file(), RANDOM);
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> MasterKey.open(file(), RANDOM))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("chmod 600");
  }

  @Test
  void aFileOfAnotherLengthIsRefused() throws IOException {
    MasterKey.open(file(), RANDOM);
    Files.write(file(), new byte[31]);

    assertThatThrownBy(() -> MasterKey.open(file(), RANDOM)).hasMessageContaining("31 bytes");
  }

  private Path file() {
    return directory.resolve("master.key");
  }
}
