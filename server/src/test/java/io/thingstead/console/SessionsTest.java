package io.thingstead.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.account.Account;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.event.Tries;
import io.thingstead.http.BrowserSession;
import io.thingstead.identity.Credential;
import io.thingstead.identity.Principal;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Profile;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How long who signs in stays so, and by what. */
class SessionsTest {
  private static final AccountId ACCOUNT = new AccountId("000000000001");
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  private static final Account HOUSE = new Account(ACCOUNT, "us-east-1", Profile.THINGSTEAD);

  private final Map<String, Credential> keys = new HashMap<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private @Nullable Account account = new Account(ACCOUNT, "us-east-1", Profile.THINGSTEAD);
  private final Random random = new Random(1);
  private final Simulation simulation =
      new Simulation(
          1,
          new EngineSettings(1, 1024, 1024, 0, 0, Integer.MAX_VALUE),
          _ -> {},
          Simulation.UnaryStore.NONE);
  private final SessionRows rows =
      new SessionRows(simulation.engine().shard(new ShardId(ShardId.SERVER, 0)).account(0));
  private final Sessions sessions = started();
  private final SignInLinks links = new SignInLinks(random, () -> now);
  private final SignIn signIn =
      new SignIn(
          (id, _) -> keys.get(id),
          links,
          new Tries(SignIn.TRIES_PER_MINUTE, List.of(), (_, _, _, _) -> {}, () -> now));

  /** As the server has them after its start. */
  private Sessions started() {
    simulation.runUntilIdle();
    return new Sessions((id, _) -> keys.get(id), _ -> account, rows, random, () -> now);
  }

  private Credential key(String id, boolean administrator) {
    Principal.AccessKey principal =
        new Principal.AccessKey(id, "arn:aws:iam::000000000001:user/" + id, administrator);
    Credential key = new Credential(principal, ACCOUNT, "secret-of-" + id);
    keys.put(id, key);
    return key;
  }

  @Test
  void aSessionIsNamedAfterItsKeyAndHasATokenOfItsOwn() {
    String cookie = sessions.begin(key("AKIA1", true));
    BrowserSession found = Objects.requireNonNull(sessions.find(cookie));
    assertThat(found.principal().id()).isEqualTo("AKIA1/console");
    assertThat(found.principal().administrator()).isTrue();
    assertThat(found.csrfToken()).hasSize(43).isNotEqualTo(cookie);
    assertThat(found.toString()).doesNotContain(found.csrfToken());
    assertThat(sessions.find(cookie + "x")).isNull();
  }

  @Test
  void aSessionEndsWhenItIsNotUsedForHalfADay() {
    String cookie = sessions.begin(key("AKIA1", true));
    now = now.plus(Sessions.IDLE_MAX.minusSeconds(1));
    assertThat(sessions.find(cookie)).isNotNull();
    now = now.plus(Sessions.IDLE_MAX.minusSeconds(1));
    assertThat(sessions.find(cookie)).isNotNull();
    now = now.plus(Sessions.IDLE_MAX);
    assertThat(sessions.find(cookie)).isNull();
  }

  @Test
  void aSessionEndsAfterAWeekHoweverMuchItIsUsed() {
    String cookie = sessions.begin(key("AKIA1", true));
    for (Instant end = now.plus(Sessions.AGE_MAX).minusSeconds(1); now.isBefore(end); ) {
      assertThat(sessions.find(cookie)).isNotNull();
      now = now.plus(Duration.ofHours(11));
    }
    assertThat(sessions.find(cookie)).isNull();
  }

  @Test
  void aSessionEndsWithItsKeyAndWithItsAccount() {
    String one = sessions.begin(key("AKIA1", true));
    String other = sessions.begin(key("AKIA2", true));
    keys.remove("AKIA1");
    assertThat(sessions.find(one)).isNull();
    assertThat(sessions.find(other)).isNotNull();
    account = null;
    assertThat(sessions.find(other)).isNull();
  }

  @Test
  void aSessionEndsWhenAskedTo() {
    String cookie = sessions.begin(key("AKIA1", true));
    sessions.end(cookie);
    assertThat(sessions.find(cookie)).isNull();
  }

  @Test
  void aRestartSignsNobodyOut() {
    String one = sessions.begin(key("AKIA1", true));
    String other = sessions.begin(key("AKIA1", true));
    BrowserSession before = Objects.requireNonNull(sessions.find(one));
    sessions.end(other);

    Sessions next = started();
    BrowserSession after = Objects.requireNonNull(next.find(one));
    assertThat(after).isEqualTo(before);
    assertThat(after.csrfToken()).isEqualTo(before.csrfToken());
    assertThat(next.find(other)).isNull();
  }

  @Test
  void aRestartMakesNoSessionLongerThanItWasToBe() {
    String cookie = sessions.begin(key("AKIA1", true));
    now = now.plus(Sessions.IDLE_MAX).minusSeconds(1);
    assertThat(sessions.find(cookie)).isNotNull(); // and so it is written down as used
    now = now.plus(Sessions.IDLE_MAX).minusSeconds(1);
    Sessions next = started();
    assertThat(next.find(cookie)).isNotNull();

    now = now.plus(Sessions.IDLE_MAX);
    assertThat(started().find(cookie)).isNull();
    String longUsed = sessions.begin(key("AKIA1", true));
    Instant ends = now.plus(Sessions.AGE_MAX);
    for (now = now.plusSeconds(3600); now.isBefore(ends); now = now.plusSeconds(36_000)) {
      assertThat(started().find(longUsed)).isNotNull();
    }
    now = ends;
    assertThat(started().find(longUsed)).isNull();
  }

  @Test
  void theDiskHoldsNothingThatSignsIn() {
    String cookie = sessions.begin(key("AKIA1", true));
    String token = Objects.requireNonNull(sessions.find(cookie)).csrfToken();
    String kept = rows.load().toString();
    assertThat(kept).contains(Token.hash(cookie)).doesNotContain(cookie).doesNotContain(token);
  }

  @Test
  void onDiskTheyAreAsBoundedAsInMemory() {
    Credential key = key("AKIA1", true);
    for (int i = 0; i < Sessions.SESSIONS_MAX + 5; i++) {
      sessions.begin(key);
      now = now.plusSeconds(1);
    }
    assertThat(rows.load()).hasSize(Sessions.SESSIONS_MAX);
    now = now.plus(Sessions.AGE_MAX);
    sessions.begin(key);
    assertThat(rows.load()).hasSize(1);
  }

  @Test
  void oneSessionTooManyEndsTheOneNotUsedForLongest() {
    Credential key = key("AKIA1", true);
    List<String> cookies = new ArrayList<>();
    for (int i = 0; i < Sessions.SESSIONS_MAX; i++) {
      cookies.add(sessions.begin(key));
      now = now.plusSeconds(1);
    }
    assertThat(sessions.find(cookies.getFirst())).isNotNull();
    sessions.begin(key);
    assertThat(sessions.find(cookies.getFirst())).isNotNull();
    assertThat(sessions.find(cookies.get(1))).isNull();
    assertThat(sessions.find(cookies.get(2))).isNotNull();
  }

  @Test
  void aLinkIsGoodOnceAndForFiveMinutes() {
    String link = links.make(key("AKIA1", true));
    assertThat(signIn.byLink(HOUSE, HERE, link).accessKeyId()).isEqualTo("AKIA1");
    refused(AwsError.UNAUTHORIZED, () -> signIn.byLink(HOUSE, HERE, link));

    String old = links.make(key("AKIA1", true));
    now = now.plus(SignInLinks.LIFETIME);
    refused(AwsError.UNAUTHORIZED, () -> signIn.byLink(HOUSE, HERE, old));
  }

  @Test
  void linksAreBounded() {
    String first = links.make(key("AKIA1", true));
    for (int i = 0; i < SignInLinks.LINKS_MAX; i++) {
      links.make(key("AKIA1", true));
    }
    assertThat(links.use(first)).isNull();
  }

  @Test
  void aKeySignsInByItsSecretOnly() {
    key("AKIA1", true);
    key("AKIA2", false);
    assertThat(signIn.byKey(HOUSE, HERE, "AKIA1", "secret-of-AKIA1").accessKeyId())
        .isEqualTo("AKIA1");
    refused(AwsError.UNAUTHORIZED, () -> signIn.byKey(HOUSE, HERE, "AKIA1", "secret-of-AKIA2"));
    refused(AwsError.UNAUTHORIZED, () -> signIn.byKey(HOUSE, HERE, "AKIA1", ""));
    refused(AwsError.UNAUTHORIZED, () -> signIn.byKey(HOUSE, HERE, "AKIA9", "secret-of-AKIA9"));
    refused(AwsError.ACCESS_DENIED, () -> signIn.byKey(HOUSE, HERE, "AKIA2", "secret-of-AKIA2"));
  }

  @Test
  void whoFailsTenTimesInAMinuteMustWait() throws Exception {
    key("AKIA1", true);
    for (int i = 0; i < SignIn.TRIES_PER_MINUTE; i++) {
      refused(AwsError.UNAUTHORIZED, () -> signIn.byKey(HOUSE, HERE, "AKIA1", "guess"));
    }
    refused(AwsError.THROTTLING, () -> signIn.byKey(HOUSE, HERE, "AKIA1", "secret-of-AKIA1"));
    InetAddress elsewhere = InetAddress.getByName("192.0.2.1");
    assertThat(signIn.byKey(HOUSE, elsewhere, "AKIA1", "secret-of-AKIA1")).isNotNull();
    now = now.plus(Tries.WINDOW);
    assertThat(signIn.byKey(HOUSE, HERE, "AKIA1", "secret-of-AKIA1")).isNotNull();
  }

  private static void refused(AwsError error, Runnable action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            ApiException.class, refusal -> assertThat(refusal.error()).isEqualTo(error));
  }
}
