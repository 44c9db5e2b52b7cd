package io.thingstead.person;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the tokens of the providers that one account trusts. Blocks while it asks an issuer for
 * its keys: for virtual threads.
 */
final class WebIdentities {
  private static final Duration SKEW = Duration.ofMinutes(5);

  private final Providers providers;
  private final Issuers issuers;
  private final InstantSource clock;

  WebIdentities(Providers providers, Issuers issuers, InstantSource clock) {
    this.providers = providers;
    this.issuers = issuers;
    this.clock = clock;
  }

  /** A token, verified, and who gave it. */
  record Verified(Provider provider, Claims claims) {}

  /**
   * Verifies signature, issuer, audience and times of a token of a provider.
   *
   * @throws ApiException InvalidIdentityToken, ExpiredToken, IDPCommunicationError
   */
  Verified verify(String text) {
    WebToken token = WebToken.parse(text);
    if (token == null) {
      throw invalid("The ID Token provided is not a valid JWT");
    }
    Provider provider = providers.ofIssuer(token.text("iss"));
    if (provider == null || !provider.url().equals(withoutSlash(token.text("iss")))) {
      throw invalid("No OpenIDConnect provider found in your account for " + token.text("iss"));
    }
    requireSignature(token, issuers.keys(provider.url(), token.keyId()));
    requireTimes(token, clock.instant());
    String audience = audience(token, provider);
    if (audience == null) {
      throw invalid("Incorrect token audience");
    }
    if (token.text("sub").isEmpty()) {
      throw invalid("The token has no sub");
    }
    return new Verified(
        provider, new Claims(provider.name(), token.text("sub"), audience, token.texts("amr")));
  }

  private static String withoutSlash(String issuer) {
    return issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
  }

  static void requireSignature(WebToken token, List<PublicKey> keys) {
    if (keys.stream().noneMatch(token::isSignedBy)) {
      throw invalid(
          "Couldn't verify the token's signature: it is by none of its issuer's keys, or not"
              + " RS256 or ES256");
    }
  }

  static void requireTimes(WebToken token, Instant now) {
    Instant ends = token.time("exp");
    if (ends == null) {
      throw invalid("The token has no exp");
    }
    if (!now.isBefore(ends)) {
      throw new ApiException(
          AwsError.EXPIRED_TOKEN, "Token expired: it ended at " + ends + ", and it is " + now);
    }
    for (String claim : List.of("nbf", "iat")) {
      Instant begins = token.time(claim);
      if (begins != null && begins.isAfter(now.plus(SKEW))) {
        throw invalid("The token is not yet good: its " + claim + " is " + begins);
      }
    }
  }

  /** Who asked for it counts before for whom it is (IAM guide: "azp"). */
  private static @Nullable String audience(WebToken token, Provider provider) {
    String asked = token.text("azp");
    List<String> audiences = asked.isEmpty() ? token.texts("aud") : List.of(asked);
    return audiences.stream().filter(provider.clientIds()::contains).findFirst().orElse(null);
  }

  static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_IDENTITY_TOKEN, why);
  }
}
