package io.thingstead.person;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.io.IOException;
import java.net.URI;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The keys of issuers, found as OpenID Connect Discovery 1.0 says, and kept for an hour. Blocks
 * while it asks the issuer: for virtual threads.
 */
final class Issuers {
  private static final String DISCOVERY = "/.well-known/openid-configuration";
  private static final Duration KEPT = Duration.ofHours(1);

  /** An unknown key may be a new one, but nobody makes us ask more often than this. */
  private static final Duration ASKED_AGAIN = Duration.ofMinutes(1);

  private static final int ISSUERS_MAX = 1_000;

  private final Web web;
  private final InstantSource clock;
  private final Map<String, Issuer> issuers = new ConcurrentHashMap<>();

  Issuers(Web web, InstantSource clock) {
    this.web = web;
    this.clock = clock;
  }

  /** What is known of one; its lock lets only one caller ask at a time. */
  private final class Issuer {
    private final String url;
    private KeySet keys = new KeySet(Map.of());
    private @Nullable Instant asked;

    Issuer(String url) {
      this.url = url;
    }

    synchronized List<PublicKey> named(String keyId) {
      Instant now = clock.instant();
      List<PublicKey> known = keys.named(keyId);
      Duration kept = known.isEmpty() ? ASKED_AGAIN : KEPT;
      if (asked == null || asked.plus(kept).isBefore(now)) {
        keys = ask(url);
        asked = now;
        known = keys.named(keyId);
      }
      return known;
    }
  }

  /**
   * The keys that may have signed a token that names this key.
   *
   * @param url of the issuer, without a slash at its end
   * @throws ApiException IDPCommunicationError when the issuer does not tell them
   */
  List<PublicKey> keys(String url, String keyId) {
    if (issuers.size() >= ISSUERS_MAX) {
      issuers.clear();
    }
    return issuers.computeIfAbsent(url, Issuer::new).named(keyId);
  }

  private KeySet ask(String url) {
    JsonNode found = document(url + DISCOVERY);
    String issuer = found.path("issuer").asString("");
    if (!issuer.equals(url) && !issuer.equals(url + "/")) {
      throw unreachable(url, "its configuration is of the issuer '" + issuer + "'");
    }
    return KeySet.of(document(found.path("jwks_uri").asString("")));
  }

  private JsonNode document(String url) {
    try {
      return JsonMapper.shared().readTree(web.get(URI.create(url)));
    } catch (IOException | IllegalArgumentException | JacksonException e) {
      throw unreachable(url, String.valueOf(e.getMessage()));
    }
  }

  private static ApiException unreachable(String url, String why) {
    return new ApiException(
        AwsError.IDP_COMMUNICATION_ERROR,
        "Couldn't retrieve verification key from your identity provider: " + url + ": " + why);
  }
}
