package io.thingstead.identity;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * How a passphrase becomes a key [RFC 9106]: so that each guess costs memory and time.
 *
 * @param salt hex
 * @param memoryKib kibibytes
 * @param passes over the memory
 * @param lanes that could run in parallel
 */
record Argon2id(String salt, int memoryKib, int passes, int lanes) {
  private static final int SALT_BYTES = 16;
  private static final int MEMORY_KIB_MAX = 1 << 20;
  private static final int PASSES_MAX = 1000;
  private static final int LANES_MAX = 64;

  /** The second recommended choice, for where 2 GiB would be too much [RFC 9106 section 4]. */
  static Argon2id fresh(SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return new Argon2id(HexFormat.of().formatHex(salt), 1 << 16, 3, 4);
  }

  /** Whether a file can be trusted not to ask for a machine's whole memory. */
  boolean isSane() {
    return memoryKib >= 8 * lanes
        && memoryKib <= MEMORY_KIB_MAX
        && passes >= 1
        && passes <= PASSES_MAX
        && lanes >= 1
        && lanes <= LANES_MAX
        && salt.matches("([0-9a-f]{2}){8,64}");
  }

  /** The key, of so many bytes. */
  byte[] stretch(char[] passphrase, int bytes) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withSalt(HexFormat.of().parseHex(salt))
            .withMemoryAsKB(memoryKib)
            .withIterations(passes)
            .withParallelism(lanes)
            .build());
    byte[] key = new byte[bytes];
    char[] copy = Arrays.copyOf(passphrase, passphrase.length);
    generator.generateBytes(copy, key);
    Arrays.fill(copy, '\0');
    return key;
  }
}
