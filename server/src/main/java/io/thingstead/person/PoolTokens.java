package io.thingstead.person;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.identity.MasterKey;
import io.thingstead.row.Json;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tokens that the pools of one account give out, by a key of the account's own, which is made
 * when the first is asked for and kept sealed. Waits for durability: for virtual threads.
 */
final class PoolTokens {
  static final String ISSUER = "https://" + Claims.COGNITO;

  private static final Duration GOOD = Duration.ofMinutes(10);
  private static final int RSA_BITS = 2_048;
  private static final Key ROW = Key.of("key");
  private static final String CONTEXT = "pool-key";
  private static final String KEY_ID = "pool";
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final AccountShard registry;
  private final MasterKey master;
  private final SecureRandom random;
  private final InstantSource clock;
  private @Nullable KeyPair pair;

  /** The key as it is stored. */
  private record PoolKeyRow(byte[] publicKey, byte[] sealedPrivateKey) {}

  PoolTokens(AccountShard registry, MasterKey master, SecureRandom random, InstantSource clock) {
    this.registry = registry;
    this.master = master;
    this.random = random;
    this.clock = clock;
  }

  /** A token that says these claims. */
  String issue(Claims claims) {
    Instant now = clock.instant();
    String head =
        part(Map.of("alg", "RS256", "typ", "JWS", "kid", KEY_ID))
            + "."
            + part(
                Map.of(
                    "iss", ISSUER,
                    "sub", claims.subject(),
                    "aud", claims.audience(),
                    "amr", claims.methods(),
                    "iat", now.getEpochSecond(),
                    "exp", now.plus(GOOD).getEpochSecond()));
    try {
      Signature signer = Signature.getInstance("SHA256withRSA");
      signer.initSign(pair().getPrivate());
      signer.update(head.getBytes(US_ASCII));
      return head + "." + BASE64.encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK signs with RSA", e);
    }
  }

  private static String part(Map<String, ?> value) {
    return BASE64.encodeToString(JsonMapper.shared().writeValueAsBytes(value));
  }

  /**
   * Verifies one of its tokens.
   *
   * @throws io.thingstead.model.ApiException InvalidIdentityToken, ExpiredToken
   */
  Claims verify(WebToken token) {
    WebIdentities.requireSignature(token, List.of(pair().getPublic()));
    WebIdentities.requireTimes(token, clock.instant());
    return new Claims(
        Claims.COGNITO, token.text("sub"), String.join("", token.texts("aud")), token.texts("amr"));
  }

  private synchronized KeyPair pair() {
    KeyPair known = pair;
    if (known != null) {
      return known;
    }
    byte[] stored = registry.durable().get(Tables.POOL_KEY, ROW);
    KeyPair now = stored == null ? make() : read(Json.decode(stored, PoolKeyRow.class));
    pair = now;
    return now;
  }

  private KeyPair make() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(RSA_BITS, random);
      KeyPair made = generator.generateKeyPair();
      PoolKeyRow row =
          new PoolKeyRow(
              made.getPublic().getEncoded(), master.seal(made.getPrivate().getEncoded(), CONTEXT));
      registry.call(
          tx -> {
            tx.put(Tables.POOL_KEY, ROW, Json.encode(row));
            return row;
          });
      return made;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK makes RSA keys", e);
    }
  }

  private KeyPair read(PoolKeyRow row) {
    try {
      KeyFactory factory = KeyFactory.getInstance("RSA");
      PrivateKey key =
          factory.generatePrivate(
              new PKCS8EncodedKeySpec(master.open(row.sealedPrivateKey(), CONTEXT)));
      return new KeyPair(factory.generatePublic(new X509EncodedKeySpec(row.publicKey())), key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the stored key of the identity pools is none", e);
    }
  }
}
