package io.thingstead.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code master.key}: the key itself, or the key sealed by a passphrase or by a key of a
 * PKCS#11 token. Sealing it in another way leaves the key as it is, so that nothing in the store
 * changes, and replaces the file as a whole: a crash leaves the old one or the new one.
 *
 * @param path where it is
 */
public record MasterKeyFile(Path path) {
  private static final int PASSPHRASE_CHARS_MIN = 12;
  private static final int FILE_BYTES_MAX = 16_384;

  /** What keeps the key from who has the file. */
  public enum Protection {
    /** Nothing but the file's mode. */
    PLAIN("a plain file"),
    PASSPHRASE("sealed by a passphrase"),
    TOKEN("sealed by a key of a PKCS#11 token");

    private final String text;

    Protection(String text) {
      this.text = text;
    }

    /** For people. */
    public String text() {
      return text;
    }
  }

  /** What is in a file. */
  private sealed interface Content {
    record Plain(byte[] key) implements Content {}

    record Sealed(SealedKey key) implements Content {}
  }

  /**
   * Reads the key; makes a new one, in a plain file, when there is no file.
   *
   * @throws WrongSecretException when the passphrase or PIN is wrong
   * @throws IllegalStateException when the file is no key, or others may read it, or the token
   *     cannot be used
   */
  public MasterKey open(Unlocking with, SecureRandom random) {
    if (!Files.exists(path)) {
      return MasterKey.open(path, random);
    }
    return new MasterKey(key(with), random);
  }

  /** How it is kept. */
  public Protection protection() {
    return switch (read()) {
      case Content.Plain _ -> Protection.PLAIN;
      case Content.Sealed(SealedKey key) when key.argon2id() != null -> Protection.PASSPHRASE;
      case Content.Sealed _ -> Protection.TOKEN;
    };
  }

  /** The label of the token's key; null if no token seals it. */
  public @Nullable String tokenKey() {
    return read() instanceof Content.Sealed(SealedKey key) ? key.tokenKey() : null;
  }

  /** SHA-256 of the key, in hex, the same however it is kept: says which one it is. */
  public String keySha256() {
    return switch (read()) {
      case Content.Plain(byte[] key) -> sha256(key);
      case Content.Sealed(SealedKey key) -> key.keySha256();
    };
  }

  /**
   * Checks a passphrase that is to be used.
   *
   * @throws IllegalArgumentException with what is wrong with it
   */
  public static void requireGood(char[] passphrase) {
    if (passphrase.length < PASSPHRASE_CHARS_MIN) {
      throw new IllegalArgumentException(
          "a passphrase has at least "
              + PASSPHRASE_CHARS_MIN
              + " characters, this one has "
              + passphrase.length
              + "; take five words that nobody would guess");
    }
  }

  /** Keeps the key openly, for its owner alone. */
  public void unseal(Unlocking current) {
    byte[] key = key(current);
    PrivateFile.write(path, key);
    Arrays.fill(key, (byte) 0);
  }

  /**
   * Seals the key by a passphrase.
   *
   * @param passphrase is overwritten
   * @throws IllegalArgumentException when it is too short
   */
  public void seal(Unlocking current, char[] passphrase, SecureRandom random) {
    seal(current, passphrase, Argon2id.fresh(random), random);
  }

  void seal(Unlocking current, char[] passphrase, Argon2id argon2id, SecureRandom random) {
    requireGood(passphrase);
    byte[] key = key(current);
    SealedKey form = new SealedKey(SealedKey.FORMAT, sha256(key), argon2id, null, new byte[0]);
    byte[] sealed = by(form, passphrase, random).seal(key, form.context());
    PrivateFile.write(path, form.with(sealed).encode());
    Arrays.fill(key, (byte) 0);
  }

  /**
   * Seals the key by a token's AES key, which is made if the token has none of this label.
   *
   * @param token the token and its PIN, which may be another than the current one
   */
  public void seal(Unlocking current, Unlocking token, String label, SecureRandom random) {
    byte[] key = key(current);
    Token to = token(token);
    to.makeKey(label);
    SealedKey form = new SealedKey(SealedKey.FORMAT, sha256(key), null, label, new byte[0]);
    byte[] sealed = to.seal(key, label, form.context(), random);
    if (!Arrays.equals(to.open(sealed, label, form.context()), key)) {
      throw new IllegalStateException("the token does not give back what it has sealed");
    }
    PrivateFile.write(path, form.with(sealed).encode());
    Arrays.fill(key, (byte) 0);
  }

  private byte[] key(Unlocking with) {
    requirePrivate();
    return switch (read()) {
      case Content.Plain(byte[] key) -> key;
      case Content.Sealed(SealedKey sealed) -> {
        byte[] key = sealed.argon2id() == null ? byToken(sealed, with) : byPassphrase(sealed, with);
        if (key.length != MasterKey.KEY_BYTES || !sha256(key).equals(sealed.keySha256())) {
          throw new IllegalStateException(path + " holds another key than it says");
        }
        yield key;
      }
    };
  }

  private byte[] byPassphrase(SealedKey sealed, Unlocking with) {
    char[] passphrase = with.secret().get();
    MasterKey seal = by(sealed, passphrase, new SecureRandom());
    try {
      return seal.open(sealed.sealed(), sealed.context());
    } catch (IllegalStateException e) {
      throw new WrongSecretException(
          "the passphrase does not open "
              + path
              + ": it is another one, or the file was changed. Without it nothing that the store"
              + " keeps secret can be read; a copy of the file under a passphrase you know will"
              + " do");
    }
  }

  /** What a passphrase seals with; overwrites it. */
  private MasterKey by(SealedKey form, char[] passphrase, SecureRandom random) {
    Argon2id argon2id = form.argon2id();
    if (argon2id == null || !argon2id.isSane()) {
      throw new IllegalStateException(path + " asks for a derivation that nobody would choose");
    }
    byte[] stretched = argon2id.stretch(passphrase, MasterKey.KEY_BYTES);
    Arrays.fill(passphrase, '\0');
    return new MasterKey(stretched, random);
  }

  private byte[] byToken(SealedKey sealed, Unlocking with) {
    String label = sealed.tokenKey();
    return token(with).open(sealed.sealed(), label == null ? "" : label, sealed.context());
  }

  private Token token(Unlocking with) {
    Path configuration = with.token();
    if (configuration == null) {
      throw new IllegalStateException(
          path
              + " is sealed by a PKCS#11 token; say which with the setting master-key-token FILE (a"
              + " configuration of the JDK's PKCS#11 provider)");
    }
    return new Token(configuration, with.secret().get());
  }

  private void requirePrivate() {
    try {
      if (Files.exists(path)) {
        MasterKey.requirePrivate(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at the master key " + path, e);
    }
  }

  private Content read() {
    try {
      if (!Files.exists(path)) {
        throw new IllegalStateException("there is no master key " + path);
      }
      byte[] bytes = Files.size(path) > FILE_BYTES_MAX ? new byte[0] : Files.readAllBytes(path);
      if (bytes.length == MasterKey.KEY_BYTES) {
        return new Content.Plain(bytes);
      }
      SealedKey sealed = SealedKey.decode(bytes);
      if (sealed == null) {
        throw new IllegalStateException(
            path
                + " is no master key: it has "
                + Files.size(path)
                + " bytes, not "
                + MasterKey.KEY_BYTES
                + ", and is not sealed in a way that this program knows");
      }
      return new Content.Sealed(sealed);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the master key " + path, e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
