package io.thingstead.person;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The public keys of an issuer (RFC 7517), by their names. */
record KeySet(Map<String, PublicKey> keys) {
  private static final int KEYS_MAX = 50;
  private static final int RSA_BITS_MIN = 2_048;
  private static final int RSA_BITS_MAX = 8_192;

  KeySet {
    keys = Map.copyOf(keys);
  }

  /** Reads a set; keys of other kinds than RSA and P-256 are left out. */
  static KeySet of(JsonNode document) {
    Map<String, PublicKey> keys = new HashMap<>();
    for (JsonNode each : document.path("keys")) {
      PublicKey key = keys.size() < KEYS_MAX ? key(each) : null;
      if (key != null) {
        keys.put(each.path("kid").asString(""), key);
      }
    }
    return new KeySet(keys);
  }

  /** Those that may have signed a token that names this key, or none. */
  List<PublicKey> named(String keyId) {
    PublicKey key = keys.get(keyId);
    if (key != null) {
      return List.of(key);
    }
    return keyId.isEmpty() ? List.copyOf(keys.values()) : List.of();
  }

  private static @Nullable PublicKey key(JsonNode json) {
    try {
      return switch (json.path("kty").asString("")) {
        case "RSA" -> rsa(number(json, "n"), number(json, "e"));
        case "EC" ->
            json.path("crv").asString("").equals("P-256")
                ? p256(number(json, "x"), number(json, "y"))
                : null;
        default -> null;
      };
    } catch (GeneralSecurityException | IllegalArgumentException _) {
      return null; // no key
    }
  }

  private static @Nullable PublicKey rsa(BigInteger modulus, BigInteger exponent)
      throws GeneralSecurityException {
    int bits = modulus.bitLength();
    return bits < RSA_BITS_MIN || bits > RSA_BITS_MAX
        ? null
        : KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
  }

  private static PublicKey p256(BigInteger x, BigInteger y) throws GeneralSecurityException {
    AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
    curve.init(new ECGenParameterSpec("secp256r1"));
    ECParameterSpec parameters = curve.getParameterSpec(ECParameterSpec.class);
    return KeyFactory.getInstance("EC")
        .generatePublic(new ECPublicKeySpec(new ECPoint(x, y), parameters));
  }

  private static BigInteger number(JsonNode json, String member) {
    return new BigInteger(1, Base64.getUrlDecoder().decode(json.path(member).asString("")));
  }
}
