package io.thingstead.console;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Secrets that nobody can guess, and the hashes by which they are kept. */
final class Token {
  private static final int BYTES = 32;

  private Token() {}

  /** 256 random bits, in 43 letters that a URL can hold. */
  static String make(RandomGenerator random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** What of a token is kept, so that who reads the memory or the disk cannot use it. */
  static String hash(String token) {
    return HexFormat.of().formatHex(sha256(token));
  }

  /** Another secret, that who has this token knows, and by which nobody finds this token. */
  static String derive(String token, String purpose) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(purpose + ":" + token));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
