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

  /** What of a token is kept, so that who reads the memory or a dump of it cannot use it. */
  static String hash(String token) {
    try {
      byte[] utf8 = token.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(utf8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
