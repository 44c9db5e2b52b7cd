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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who has signed in, by the hash of the cookie: in memory, and on disk so that a restart of the
 * server signs nobody out. A session ends half a day after it was last used, a week after it began,
 * and when its access key does. Any thread may call it.
 */
public final class Sessions implements BrowserSessions {
  /** Of one account; one more ends that which was not used for the longest time. */
  static final int SESSIONS_MAX = 64;

  static final Duration IDLE_MAX = Duration.ofHours(12);
  static final Duration AGE_MAX = Duration.ofDays(7);

  /** How much of its use may be forgotten when the server ends. */
  static final Duration USE_WRITTEN = Duration.ofMinutes(10);

  private static final String CSRF = "csrf";

  private final KeyRing keys;
  private final Function<AccountId, @Nullable Account> accounts;
  private final SessionRows rows;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Map<String, Kept> sessions = new HashMap<>();

  private static final class Kept {
    private final String accessKeyId;
    private final AccountId account;
    private final Instant began;
    private Instant used;
    private Instant written;

    private Kept(SessionRow row) {
      this.accessKeyId = row.accessKeyId();
      this.account = new AccountId(row.account());
      this.began = row.began();
      this.used = row.used();
      this.written = row.used();
    }

    private Instant ends() {
      return began.plus(AGE_MAX);
    }

    private boolean isOver(Instant now) {
      return !now.isBefore(ends()) || !now.isBefore(used.plus(IDLE_MAX));
    }

    private SessionRow row() {
      return new SessionRow(
          accessKeyId, account.digits(), began.toEpochMilli(), used.toEpochMilli());
    }
  }

  /**
   * Reads the sessions of former runs.
   *
   * @param accounts by id, null for one that is no more
   */
  public Sessions(
      KeyRing keys,
      Function<AccountId, @Nullable Account> accounts,
      SessionRows rows,
      RandomGenerator random,
      InstantSource clock) {
    this.keys = keys;
    this.accounts = accounts;
    this.rows = rows;
    this.random = random;
    this.clock = clock;
    rows.load().forEach((hash, row) -> sessions.put(hash, new Kept(row)));
  }

  /** Begins a session of an administrator; what its cookie is to say. Waits until it is kept. */
  String begin(Credential key) {
    String cookie = Token.make(random);
    String hash = Token.hash(cookie);
    long now = clock.millis();
    SessionRow row = new SessionRow(key.accessKeyId(), key.account().digits(), now, now);
    // Not while the lock is held: event loops take it.
    rows.begin(hash, row, put(hash, new Kept(row)));
    return cookie;
  }

  /** Those that have ended, or end to make room. */
  private synchronized List<String> put(String hash, Kept begun) {
    List<String> ended = new ArrayList<>();
    sessions.forEach(
        (each, kept) -> {
          if (kept.isOver(begun.began)) {
            ended.add(each);
          }
        });
    ended.forEach(sessions::remove);
    List<String> own =
        sessions.entrySet().stream()
            .filter(each -> each.getValue().account.equals(begun.account))
            .sorted(Comparator.comparing(each -> each.getValue().used))
            .map(Map.Entry::getKey)
            .toList();
    own.stream().limit(Math.max(0, own.size() - SESSIONS_MAX + 1L)).forEach(ended::add);
    ended.forEach(sessions::remove);
    sessions.put(hash, begun);
    return ended;
  }

  /** The session of a cookie, which counts as used now; null when it is unknown or over. */
  @Nullable BrowserSession find(String cookie) {
    String hash = Token.hash(cookie);
    Kept kept = use(hash);
    if (kept == null) {
      return null;
    }
    Credential key = keys.find(kept.accessKeyId, null);
    Account account = accounts.apply(kept.account);
    if (key == null || !key.principal().administrator() || account == null) {
      forget(hash);
      return null;
    }
    return new BrowserSession(
        account, named(key.principal()), Token.derive(cookie, CSRF), kept.ends());
  }

  private synchronized @Nullable Kept use(String hash) {
    Kept kept = sessions.get(hash);
    Instant now = clock.instant();
    if (kept == null) {
      return null;
    }
    if (kept.isOver(now)) {
      forget(hash);
      return null;
    }
    kept.used = now;
    if (!now.isBefore(kept.written.plus(USE_WRITTEN))) {
      kept.written = now;
      rows.used(hash, kept.row());
    }
    return kept;
  }

  private synchronized void forget(String hash) {
    sessions.remove(hash);
    rows.endSoon(hash);
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

  /** Ends a session for good. Waits until that is durable. */
  void end(String cookie) {
    String hash = Token.hash(cookie);
    synchronized (this) {
      sessions.remove(hash);
    }
    rows.end(hash);
  }
}
