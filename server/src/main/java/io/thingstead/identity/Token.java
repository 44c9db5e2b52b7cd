package io.thingstead.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.Security;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.security.auth.login.LoginException;
import org.jspecify.annotations.Nullable;

/**
 * A PKCS#11 token (a hardware security module, or a program that plays one), through the JDK's own
 * provider. It seals by an AES key that never leaves it.
 */
final class Token {
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int KEY_BITS = 256;

  private final Provider provider;
  private final KeyStore keys;
  private final Path configuration;

  /**
   * Logs in to the token.
   *
   * @param configuration of SunPKCS11: {@code name}, {@code library}, {@code slot…}
   * @throws WrongSecretException when it does not take the PIN
   * @throws IllegalStateException when there is no such token
   */
  Token(Path configuration, char[] pin) {
    this.configuration = configuration;
    try {
      if (!Files.isReadable(configuration)) {
        throw new IllegalStateException("cannot read the token's configuration " + configuration);
      }
      provider = Security.getProvider("SunPKCS11").configure(configuration.toString());
      keys = KeyStore.getInstance("PKCS11", provider);
      keys.load(null, pin);
    } catch (IOException e) {
      if (isOfLogin(e)) {
        throw new WrongSecretException(
            "the token of " + configuration + " does not take this PIN (" + because(e) + ")");
      }
      throw new UncheckedIOException("cannot use the token of " + configuration, e);
    } catch (GeneralSecurityException | ProviderException | InvalidParameterException e) {
      throw new IllegalStateException(
          "cannot use the token of "
              + configuration
              + " ("
              + because(e)
              + "); it must name a library and a slot with a token, as the JDK's PKCS#11 reference"
              + " guide says",
          e);
    } finally {
      Arrays.fill(pin, '\0');
    }
  }

  private static boolean isOfLogin(@Nullable Throwable thrown) {
    return thrown != null && (thrown instanceof LoginException || isOfLogin(thrown.getCause()));
  }

  private static String because(Throwable thrown) {
    Throwable last = thrown;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return String.valueOf(last.getMessage());
  }

  /** Makes the key of this label, unless it is there. */
  void makeKey(String label) {
    try {
      if (find(label) != null) {
        return;
      }
      KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
      generator.init(KEY_BITS);
      // Copying it into the key store is what makes it one of the token's.
      keys.setEntry(label, new KeyStore.SecretKeyEntry(generator.generateKey()), null);
      keys.store(null, null);
    } catch (GeneralSecurityException | IOException | ProviderException e) {
      throw new IllegalStateException(
          "the token of " + configuration + " makes no AES key '" + label + "': " + because(e), e);
    }
  }

  private @Nullable SecretKey find(String label) throws GeneralSecurityException {
    return keys.getKey(label, null) instanceof SecretKey key ? key : null;
  }

  private SecretKey key(String label) throws GeneralSecurityException {
    SecretKey key = find(label);
    if (key == null) {
      throw new IllegalStateException(
          "the token of " + configuration + " has no secret key '" + label + "'");
    }
    return key;
  }

  byte[] seal(byte[] secret, String label, String context, SecureRandom random) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, label, nonce, context).doFinal(secret);
      return ByteBuffer.allocate(NONCE_BYTES + sealed.length).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException | ProviderException e) {
      throw new IllegalStateException(
          "the token of " + configuration + " does not seal by " + CIPHER + ": " + because(e), e);
    }
  }

  byte[] open(byte[] sealed, String label, String context) {
    if (sealed.length < NONCE_BYTES + TAG_BITS / 8) {
      throw new IllegalStateException("the sealed master key is too short");
    }
    byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
    try {
      return cipher(Cipher.DECRYPT_MODE, label, nonce, context)
          .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
    } catch (GeneralSecurityException | ProviderException e) {
      throw new IllegalStateException(
          "the token's key '"
              + label
              + "' does not open the master key: it is another key, or the file was changed ("
              + because(e)
              + ")",
          e);
    }
  }

  private Cipher cipher(int mode, String label, byte[] nonce, String context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER, provider);
    cipher.init(mode, key(label), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
