package io.thingstead.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key under which every secret in the store is sealed, kept apart from the store in a file of
 * its own, so that a copy of the store alone gives nothing away. AES-256-GCM [NIST SP 800-38D] with
 * a random nonce for each seal. Any thread may use it.
 */
public final class MasterKey {
  static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final byte FORMAT = 1;

  private final SecretKeySpec key;
  private final SecureRandom random;

  /** A key of {@link #KEY_BYTES}. */
  MasterKey(byte[] key, SecureRandom random) {
    this.key = new SecretKeySpec(key, "AES");
    this.random = random;
  }

  /**
   * Reads a key that is kept openly, or makes a new one when there is none; {@link MasterKeyFile}
   * reads also sealed ones.
   *
   * @throws IllegalStateException when the file is no key, or others may read it
   */
  public static MasterKey open(Path file, SecureRandom random) {
    try {
      if (!Files.exists(file)) {
        byte[] fresh = new byte[KEY_BYTES];
        random.nextBytes(fresh);
        PrivateFile.write(file, fresh);
        return new MasterKey(fresh, random);
      }
      requirePrivate(file);
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length != KEY_BYTES) {
        throw new IllegalStateException(
            file + " is no master key: it has " + bytes.length + " bytes, not " + KEY_BYTES);
      }
      return new MasterKey(bytes, random);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the master key " + file, e);
    }
  }

  /** Refuses a file that others may read. */
  static void requirePrivate(Path file) throws IOException {
    if (PrivateFile.isOpenToOthers(file)) {
      throw new IllegalStateException(
          "the master key "
              + file
              + " can be read by other users; make it private first: chmod 600 "
              + file);
    }
  }

  /**
   * Seals a secret.
   *
   * @param context what the secret is, such as {@code access-key/AKIA…}; a sealed secret only opens
   *     under the same context, so it cannot be moved to another row
   */
  public byte[] seal(byte[] secret, String context) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, context);
      ByteBuffer out =
          ByteBuffer.allocate(1 + NONCE_BYTES + cipher.getOutputSize(secret.length))
              .put(FORMAT)
              .put(nonce);
      cipher.doFinal(ByteBuffer.wrap(secret), out);
      return out.array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot seal a secret", e);
    }
  }

  /**
   * Opens what {@link #seal} made.
   *
   * @throws IllegalStateException when it was sealed under another key or context, or was changed
   */
  public byte[] open(byte[] sealed, String context) {
    if (sealed.length < 1 + NONCE_BYTES + TAG_BITS / 8 || sealed[0] != FORMAT) {
      throw new IllegalStateException("not a sealed secret of format " + FORMAT + ": " + context);
    }
    byte[] nonce = new byte[NONCE_BYTES];
    System.arraycopy(sealed, 1, nonce, 0, NONCE_BYTES);
    try {
      return cipher(Cipher.DECRYPT_MODE, nonce, context)
          .doFinal(sealed, 1 + NONCE_BYTES, sealed.length - 1 - NONCE_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "the secret "
              + context
              + " does not open under this master key; put back the master key that belongs to this"
              + " data directory",
          e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String context) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
