package io.thingstead.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeyFileTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String PASSPHRASE = "five words nobody would guess";
  @TempDir Path directory;

  private MasterKeyFile file() {
    return new MasterKeyFile(directory.resolve("master.key"));
  }

  private static Unlocking by(String passphrase) {
    return new Unlocking(passphrase::toCharArray, null);
  }

  private static Unlocking nobodyAsked() {
    return new Unlocking(
        () -> {
          throw new AssertionError("a secret was asked for");
        },
        null);
  }

  /** By little memory, for the test's sake. */
  private void seal() {
    Argon2id cheap = new Argon2id("00112233445566778899aabbccddeeff", 256, 3, 4);
    file().seal(nobodyAsked(), PASSPHRASE.toCharArray(), cheap, RANDOM);
  }

  @Test
  void aPassphraseSealsTheSameKey() throws IOException {
    byte[] sealed = file().open(nobodyAsked(), RANDOM).seal("secret".getBytes(UTF_8), "row");
    byte[] plain = Files.readAllBytes(file().path());
    String which = file().keySha256();

    seal();

    assertThat(file().protection()).isEqualTo(MasterKeyFile.Protection.PASSPHRASE);
    assertThat(file().keySha256()).isEqualTo(which);
    assertThat(new String(Files.readAllBytes(file().path()), UTF_8))
        .contains("memoryKib", "passes", "lanes", "salt")
        .doesNotContain(new String(plain, UTF_8))
        .doesNotContain(Base64.getEncoder().encodeToString(plain));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().path())))
        .isEqualTo("rw-------");
    assertThat(file().open(by(PASSPHRASE), RANDOM).open(sealed, "row"))
        .asString()
        .isEqualTo("secret");

    file().unseal(by(PASSPHRASE));

    assertThat(file().protection()).isEqualTo(MasterKeyFile.Protection.PLAIN);
    assertThat(Files.readAllBytes(file().path())).isEqualTo(plain);
  }

  @Test
  void aWrongPassphraseOpensNothingAndChangesNothing() throws IOException {
    file().open(nobodyAsked(), RANDOM);
    seal();
    byte[] before = Files.readAllBytes(file().path());

    assertThatThrownBy(() -> file().open(by(PASSPHRASE + "!"), RANDOM))
        .isInstanceOf(WrongSecretException.class)
        .hasMessageContaining("does not open");
    assertThatThrownBy(() -> file().unseal(by("something else")))
        .isInstanceOf(WrongSecretException.class);
    assertThatThrownBy(() -> file().seal(by(PASSPHRASE), "short".toCharArray(), RANDOM))
        .hasMessageContaining("at least 12");

    assertThat(Files.readAllBytes(file().path())).isEqualTo(before);
  }

  /** What the file says of how to open it is bound to what it holds. */
  @Test
  void aChangedFileIsRefused() throws IOException {
    file().open(nobodyAsked(), RANDOM);
    seal();
    String text = Files.readString(file().path());

    for (String changed :
        new String[] {
          text.replace("\"passes\" : 3", "\"passes\" : 1"),
          text.replaceFirst("\"keySha256\" : \"....", "\"keySha256\" : \"0000"),
          text.replace("\"lanes\" : 4", "\"lanes\" : 2")
        }) {
      assertThat(changed).isNotEqualTo(text);
      Files.writeString(file().path(), changed);
      assertThatThrownBy(() -> file().open(by(PASSPHRASE), RANDOM))
          .isInstanceOf(WrongSecretException.class);
    }
    Files.writeString(file().path(), text.replace(": 256", ": 2000000000"));
    assertThatThrownBy(() -> file().open(by(PASSPHRASE), RANDOM))
        .hasMessageContaining("derivation");
    Files.writeString(file().path(), text.replace("\"format\" : 1", "\"format\" : 2"));
    assertThatThrownBy(() -> file().open(by(PASSPHRASE), RANDOM))
        .hasMessageContaining("no master key");
  }

  /** The new file is whole under another name before it takes the old one's place. */
  @Test
  void whatACrashLeftBehindIsInNobodysWay() throws IOException {
    MasterKey key = file().open(nobodyAsked(), RANDOM);
    byte[] sealed = key.seal(new byte[] {1}, "row");
    Files.writeString(directory.resolve("master.key.new"), "{\"format\"");

    assertThat(file().open(nobodyAsked(), RANDOM).open(sealed, "row")).containsExactly(1);
    seal();

    assertThat(file().open(by(PASSPHRASE), RANDOM).open(sealed, "row")).containsExactly(1);
    assertThat(directory.resolve("master.key.new")).doesNotExist();
  }

  /** As much as is recommended where 2 GiB would be too much [RFC 9106 section 4]. */
  @Test
  void aGuessIsDear() {
    Argon2id fresh = Argon2id.fresh(RANDOM);

    assertThat(fresh.memoryKib()).isGreaterThanOrEqualTo(65_536);
    assertThat(fresh.passes()).isGreaterThanOrEqualTo(3);
    assertThat(fresh.salt()).hasSize(32).isNotEqualTo(Argon2id.fresh(RANDOM).salt());
  }

  /**
   * The test vector of RFC 9106 section 5.3 needs a secret; this one is the reference program's.
   */
  @Test
  void passphrasesAreStretchedAsByOthers() {
    String salt = HexFormat.of().formatHex("somesalt".getBytes(UTF_8));
    byte[] key = new Argon2id(salt, 256, 2, 1).stretch("password".toCharArray(), 32);

    assertThat(HexFormat.of().formatHex(key))
        .isEqualTo("9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
  }

  @Test
  void aSealedKeyThatOthersCanReadIsRefusedToo() throws IOException {
    file().open(nobodyAsked(), RANDOM);
    seal();
    Files.setPosixFilePermissions(file().path(), PosixFilePermissions.fromString("rw-r-----"));

    assertThatThrownBy(() -> file().open(by(PASSPHRASE), RANDOM)).hasMessageContaining("chmod 600");
  }
}
