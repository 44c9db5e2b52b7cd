package io.thingstead.console;

import io.thingstead.account.Account;
import io.thingstead.api.ApiRequest;
import io.thingstead.http.BrowserSession;
import io.thingstead.http.BrowserSessions;
import io.thingstead.http.KeyRing;
import io.thingstead.identity.Credential;
import io.thingstead.identity.Principal;
import io.thingstead.model.AccountId;
import io.thingstead.net.Transport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who has signed in. Kept in memory, by the hash of the cookie: a restart of the server signs
 * everybody out. A session ends half a day after it was last used, a week after it began, and when
 * its access key does. Any thread may call it.
 */
public final class Sessions implements BrowserSessions {
  /** Of one account; one more ends that which was not used for the longest time. */
  static final int SESSIONS_MAX = 64;

  static final Duration IDLE_MAX = Duration.ofHours(12);
  static final Duration AGE_MAX = Duration.ofDays(7);

  private final KeyRing keys;
  private final Function<AccountId, @Nullable Account> accounts;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Map<String, Kept> sessions = new HashMap<>();

  private static final class Kept {
    private final Credential key;
    private final String csrfToken;
    private final Instant ends;
    private Instant used;

    private Kept(Credential key, String csrfToken, Instant now) {
      this.key = key;
      this.csrfToken = csrfToken;
      this.ends = now.plus(AGE_MAX);
      this.used = now;
    }

    private boolean isOver(Instant now) {
      return !now.isBefore(ends) || !now.isBefore(used.plus(IDLE_MAX));
    }
  }

  /**
   * @param accounts by id, null for one that is no more
   */
  public Sessions(
      KeyRing keys,
      Function<AccountId, @Nullable Account> accounts,
      RandomGenerator random,
      InstantSource clock) {
    this.keys = keys;
    this.accounts = accounts;
    this.random = random;
    this.clock = clock;
  }

  /** Begins a session of an administrator; what its cookie is to say. */
  synchronized String begin(Credential key) {
    Instant now = clock.instant();
    sessions.values().removeIf(kept -> kept.isOver(now));
    makeRoom(key.account());
    String cookie = Token.make(random);
    sessions.put(Token.hash(cookie), new Kept(key, Token.make(random), now));
    return cookie;
  }

  private void makeRoom(AccountId account) {
    var own =
        sessions.entrySet().stream()
            .filter(each -> each.getValue().key.account().equals(account))
            .sorted(Comparator.comparing(each -> each.getValue().used))
            .map(Map.Entry::getKey)
            .toList();
    own.stream().limit(Math.max(0, own.size() - SESSIONS_MAX + 1L)).forEach(sessions::remove);
  }

  /** The session of a cookie, which counts as used now; null when it is unknown or over. */
  @Nullable BrowserSession find(String cookie) {
    Kept kept = use(Token.hash(cookie));
    if (kept == null) {
      return null;
    }
    Credential key = keys.find(kept.key.accessKeyId(), null);
    Account account = accounts.apply(kept.key.account());
    if (key == null || !key.principal().administrator() || account == null) {
      end(cookie);
      return null;
    }
    return new BrowserSession(account, named(key.principal()), kept.csrfToken, kept.ends);
  }

  private synchronized @Nullable Kept use(String hash) {
    Kept kept = sessions.get(hash);
    Instant now = clock.instant();
    if (kept == null || kept.isOver(now)) {
      sessions.remove(hash);
      return null;
    }
    kept.used = now;
    return kept;
  }

  /** So that logs and events tell what a person did in the console from what a program did. */
  private static Principal.AccessKey named(Principal.AccessKey key) {
    return new Principal.AccessKey(key.accessKeyId() + "/console", key.arn(), key.administrator());
  }

  @Override
  public @Nullable BrowserSession find(ApiRequest request, Transport transport) {
    String cookie = Cookie.of(request, transport);
    return cookie == null ? null : find(cookie);
  }

  synchronized void end(String cookie) {
    sessions.remove(Token.hash(cookie));
  }
}
