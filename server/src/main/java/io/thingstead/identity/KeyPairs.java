package io.thingstead.identity;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.concurrent.Semaphore;

/**
 * Makes keys. An RSA key costs a core about a tenth of a second, so only so many are made at once
 * and other callers, which are virtual threads, wait: the server stays responsive while a fleet is
 * being created.
 */
public final class KeyPairs {
  private static final int RSA_BITS = 2048;

  private final SecureRandom random;
  private final Semaphore permits;

  /**
   * @param atOnce how many RSA keys may be in the making, such as half the cores
   */
  public KeyPairs(SecureRandom random, int atOnce) {
    this.random = random;
    this.permits = new Semaphore(atOnce, true);
  }

  /** An RSA 2048 key, as CreateKeysAndCertificate makes. */
  KeyPair rsa() {
    permits.acquireUninterruptibly();
    try {
      return generate(
          "RSA", new RSAKeyGenParameterSpec(RSA_BITS, RSAKeyGenParameterSpec.F4), random);
    } finally {
      permits.release();
    }
  }

  /** An ECDSA key on NIST P-256. */
  KeyPair p256() {
    return generate("EC", new ECGenParameterSpec("secp256r1"), random);
  }

  private static KeyPair generate(
      String algorithm, AlgorithmParameterSpec spec, SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(spec, random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK makes no " + algorithm + " keys", e);
    }
  }
}
