package io.thingstead.authorizer;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The signature of a token: RSASSA-PKCS1-v1_5 with SHA-256 over its bytes (AWS IoT guide: "Signing
 * the token").
 */
final class TokenSignature {
  private static final int KEY_BITS_MIN = 2048;
  private static final int KEYS_MAX = 2;
  private static final int SIGNATURE_CHARS_MAX = 2560;

  private TokenSignature() {}

  /**
   * Refuses keys that could verify nothing.
   *
   * @throws ApiException INVALID_REQUEST
   */
  static void checkKeys(Map<String, String> keys) {
    if (keys.isEmpty()) {
      throw invalid(
          "tokenSigningPublicKeys has no key, so no token could be verified: give one, or make the"
              + " authorizer with signingDisabled");
    }
    if (keys.size() > KEYS_MAX) {
      throw invalid("tokenSigningPublicKeys has more than " + KEYS_MAX + " keys");
    }
    keys.forEach(
        (name, pem) -> {
          try {
            PublicKey key = key(pem);
            if (!(key instanceof RSAPublicKey rsa) || rsa.getModulus().bitLength() < KEY_BITS_MIN) {
              throw invalid("the key " + name + " has fewer than " + KEY_BITS_MIN + " bits");
            }
          } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw invalid("the key " + name + " is no RSA public key in PEM form");
          }
        });
  }

  private static PublicKey key(String pem) throws GeneralSecurityException {
    String base64 = pem.replaceAll("-----(BEGIN|END) PUBLIC KEY-----|\\s", "");
    return KeyFactory.getInstance("RSA")
        .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }

  /** Whether one of the keys has made this signature of the token. */
  static boolean isGood(Map<String, String> keys, String token, String signature) {
    byte[] bytes;
    try {
      if (signature.length() > SIGNATURE_CHARS_MAX) {
        return false;
      }
      bytes = Base64.getDecoder().decode(signature);
    } catch (IllegalArgumentException e) {
      return false;
    }
    List<String> pems = new ArrayList<>(keys.values());
    return pems.stream().anyMatch(pem -> isGood(pem, token, bytes));
  }

  private static boolean isGood(String pem, String token, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance("SHA256withRSA");
      verifier.initVerify(key(pem));
      verifier.update(token.getBytes(StandardCharsets.UTF_8));
      return verifier.verify(signature);
    } catch (SignatureException | InvalidKeyException e) {
      return false; // not of the right length, for one
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java verifies RSA", e);
    }
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
