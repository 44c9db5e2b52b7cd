package io.thingstead.person;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JSON Web Token (RFC 7519) in its compact form (RFC 7515), read and not yet verified. Only
 * asymmetric signatures are known, so that {@code none} or a key taken for a secret mean nothing.
 */
record WebToken(JsonNode header, JsonNode claims, byte[] signed, byte[] signature) {
  private static final int CHARS_MAX = 20_000;

  /** What the JDK calls the algorithms that are taken. */
  private static final Map<String, String> ALGORITHMS =
      Map.of("RS256", "SHA256withRSA", "ES256", "SHA256withECDSAinP1363Format");

  /** Reads a token, or null when it is none. */
  static @Nullable WebToken parse(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 3 || text.length() > CHARS_MAX) {
      return null;
    }
    try {
      JsonNode header = json(parts[0]);
      JsonNode claims = json(parts[1]);
      byte[] signed = (parts[0] + "." + parts[1]).getBytes(US_ASCII);
      return header.isObject() && claims.isObject()
          ? new WebToken(header, claims, signed, Base64.getUrlDecoder().decode(parts[2]))
          : null;
    } catch (IllegalArgumentException | JacksonException _) {
      return null;
    }
  }

  private static JsonNode json(String part) {
    return JsonMapper.shared().readTree(Base64.getUrlDecoder().decode(part));
  }

  /** The name of the key that signed it; empty when it does not say. */
  String keyId() {
    return header.path("kid").asString("");
  }

  String text(String claim) {
    return claims.path(claim).asString("");
  }

  /** A claim that may be one text or many. */
  List<String> texts(String claim) {
    JsonNode value = claims.path(claim);
    List<String> texts = new ArrayList<>();
    if (value.isString()) {
      texts.add(value.asString());
    }
    for (JsonNode each : value.isArray() ? value : JsonMapper.shared().createArrayNode()) {
      if (each.isString()) {
        texts.add(each.asString());
      }
    }
    return texts;
  }

  /** A time in seconds since 1970, or null. */
  @Nullable Instant time(String claim) {
    JsonNode value = claims.path(claim);
    return value.isNumber() && Math.abs(value.asDouble()) < 1e11
        ? Instant.ofEpochSecond((long) value.asDouble())
        : null;
  }

  /** Whether this key's other half signed it. */
  boolean isSignedBy(PublicKey key) {
    String algorithm = ALGORITHMS.get(header.path("alg").asString(""));
    boolean rsa = algorithm != null && algorithm.endsWith("RSA");
    if (algorithm == null || rsa != key.getAlgorithm().equals("RSA")) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(key);
      verifier.update(signed);
      return verifier.verify(signature);
    } catch (GeneralSecurityException _) {
      return false; // it has not even the form of a signature
    }
  }
}
