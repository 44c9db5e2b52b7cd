package io.thingstead.person;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.identity.Credential;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.Session;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTokensTest {
  private static final AccountId ACCOUNT = new AccountId("000000000000");
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final String ARN = "arn:aws:sts::000000000000:assumed-role/r/s1";

  @TempDir Path directory;
  private Instant now = BEGIN;
  private SessionTokens tokens;

  private SessionTokens tokens(String file) {
    SecureRandom random = new SecureRandom();
    return new SessionTokens(MasterKey.open(directory.resolve(file), random), random, () -> now);
  }

  @BeforeEach
  void open() {
    tokens = tokens("master.key");
  }

  private TemporaryKey issue() {
    Session session =
        new Session(
            Session.Of.ROLE,
            "AROAX",
            "s1",
            List.of("{}"),
            Map.of("p:sub", List.of("u-1")),
            "",
            BEGIN.toEpochMilli(),
            BEGIN.plusSeconds(900).toEpochMilli());
    return tokens.issue(ACCOUNT, ARN, false, session);
  }

  @Test
  void tokenHoldsAllThatThereIsToKnowOfItsKey() {
    TemporaryKey key = issue();
    assertThat(key.accessKeyId()).startsWith("ASIA").hasSize(20);
    assertThat(key.expiration()).isEqualTo(BEGIN.plusSeconds(900));
    Credential found = requireNonNull(tokens.open(key.accessKeyId(), key.sessionToken()));
    assertThat(found.secretAccessKey()).isEqualTo(key.secretAccessKey());
    assertThat(found.account()).isEqualTo(ACCOUNT);
    assertThat(found.principal().arn()).isEqualTo(ARN);
    assertThat(found.principal().administrator()).isFalse();
    Session session = requireNonNull(found.principal().session());
    assertThat(session.facts()).containsEntry("p:sub", List.of("u-1"));
    assertThat(session.policies()).containsExactly("{}");
    // The same master key knows it after a restart.
    assertThat(tokens("master.key").open(key.accessKeyId(), key.sessionToken())).isNotNull();
  }

  @Test
  void keyEndsByItself() {
    TemporaryKey key = issue();
    now = BEGIN.plusSeconds(899);
    assertThat(tokens.open(key.accessKeyId(), key.sessionToken())).isNotNull();
    now = BEGIN.plusSeconds(900);
    assertThatThrownBy(() -> tokens.open(key.accessKeyId(), key.sessionToken()))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.error()).isEqualTo(AwsError.EXPIRED_TOKEN));
  }

  @Test
  void tokenOfAnotherKeyOrServerOrAlteredIsNone() {
    TemporaryKey key = issue();
    TemporaryKey other = issue();
    assertThat(tokens.open(key.accessKeyId(), other.sessionToken())).isNull();
    assertThat(tokens("other.key").open(key.accessKeyId(), key.sessionToken())).isNull();
    assertThat(tokens.open("AKIAAAAAAAAAAAAAAAAA", key.sessionToken())).isNull();
    for (int at = 0; at < key.sessionToken().length(); at += 7) {
      StringBuilder altered = new StringBuilder(key.sessionToken());
      altered.setCharAt(at, altered.charAt(at) == 'A' ? 'B' : 'A');
      assertThat(tokens.open(key.accessKeyId(), altered.toString())).isNull();
    }
    for (String nonsense : List.of("", "!", "AAAA", key.sessionToken() + "A".repeat(40_000))) {
      assertThat(tokens.open(key.accessKeyId(), nonsense)).isNull();
    }
  }

  @Test
  void secretIsNotShown() {
    TemporaryKey key = issue();
    assertThat(key.toString())
        .doesNotContain(key.secretAccessKey())
        .doesNotContain(key.sessionToken());
  }
}
