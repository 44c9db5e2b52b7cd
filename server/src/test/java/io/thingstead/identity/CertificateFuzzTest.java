package io.thingstead.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.ApiException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Base64;
import java.util.Random;
import java.util.function.Consumer;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates and signing requests come from strangers: whatever they are, they are refused. */
class CertificateFuzzTest {
  private static final long SEED = Long.getLong("thingstead.seed", 20261124);
  private static final int ROUNDS = Boolean.getBoolean("thingstead.long") ? 1_000_000 : 5_000;

  @TempDir Path directory;

  /** Changes, repeats, cuts out or exchanges some bytes. */
  private static byte[] mutated(byte[] from, Random random) {
    byte[] bytes = from.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(bytes.length);
      int length = Math.min(random.nextInt(16), bytes.length - at);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> System.arraycopy(bytes, random.nextInt(bytes.length - length), bytes, at, length);
        default -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, bytes.length - length));
      }
    }
    return bytes;
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), label);
  }

  /** Parses many broken ones: each is taken or refused by an ApiException, and by nothing else. */
  private static int refused(String label, byte[] der, Random random, Consumer<String> parse) {
    int refused = 0;
    for (int i = 0; i < ROUNDS; i++) {
      boolean text = random.nextInt(8) == 0;
      String input =
          text
              ? new String(
                  mutated(pem(label, der).getBytes(StandardCharsets.ISO_8859_1), random),
                  StandardCharsets.ISO_8859_1)
              : pem(label, mutated(der, random));
      try {
        parse.accept(input);
      } catch (ApiException _) {
        refused++;
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + SEED + ", round " + i + ":\n" + input, e);
      }
    }
    return refused;
  }

  @Test
  void aBrokenCertificateIsRefusedAndNothingElseHappens() {
    Fixture fixture = new Fixture(directory);
    byte[] der = ClientCertificates.der(fixture.ca().authority().certificate());
    Instant now = fixture.clock.instant();

    assertThat(
            refused(
                "CERTIFICATE", der, new Random(SEED), pem -> ClientCertificates.parse(pem, now)))
        .isGreaterThan(ROUNDS / 4);
    assertThat(
            refused(
                "CERTIFICATE",
                der,
                new Random(SEED + 1),
                pem -> ClientCertificates.parseCa(pem, now)))
        .isGreaterThan(ROUNDS / 4);
  }

  @Test
  void aBrokenSigningRequestIsRefusedAndNothingElseHappens() throws Exception {
    KeyPair pair = new Fixture(directory).keys.p256();
    byte[] der =
        new JcaPKCS10CertificationRequestBuilder(
                new X500Principal("CN=device, O=x"), pair.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
            .getEncoded();

    assertThat(
            refused("CERTIFICATE REQUEST", der, new Random(SEED), ClientCertificates::parseRequest))
        .isGreaterThan(ROUNDS / 2);
  }
}
