package io.thingstead.console;

import io.thingstead.identity.Credential;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Links by which an administrator signs in without a secret: each is good once and for minutes. Any
 * thread may call it.
 */
final class SignInLinks {
  static final Duration LIFETIME = Duration.ofMinutes(5);
  static final int LINKS_MAX = 64;

  private final RandomGenerator random;
  private final InstantSource clock;
  private final Map<String, Link> links = new LinkedHashMap<>();

  private record Link(Credential key, Instant ends) {}

  SignInLinks(RandomGenerator random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
  }

  /** A link's secret part, for whoever holds this key; the oldest goes if there are too many. */
  synchronized String make(Credential key) {
    Instant now = clock.instant();
    links.values().removeIf(link -> !now.isBefore(link.ends));
    if (links.size() == LINKS_MAX) {
      links.remove(links.keySet().iterator().next());
    }
    String token = Token.make(random);
    links.put(Token.hash(token), new Link(key, now.plus(LIFETIME)));
    return token;
  }

  /** Whose link it is; null when there is none such, or it was used, or is too old. */
  synchronized @Nullable Credential use(String token) {
    Link link = links.remove(Token.hash(token));
    return link == null || !clock.instant().isBefore(link.ends) ? null : link.key;
  }
}
