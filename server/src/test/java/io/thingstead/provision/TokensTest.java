package io.thingstead.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.account.Account;
import io.thingstead.authorize.Policies;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Engine;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.identity.CertificateStatus;
import io.thingstead.identity.Certificates;
import io.thingstead.identity.KeyPairs;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.NewCertificate;
import io.thingstead.model.AccountId;
import io.thingstead.model.Profile;
import io.thingstead.registry.ThingPrincipals;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of certificates whose devices do not finish, in simulated time. */
class TokensTest {
  private static final Account ACCOUNT =
      new Account(new AccountId("000000000000"), "us-east-1", Profile.THINGSTEAD);
  private static final Duration HOUR = Duration.ofHours(1);

  private final SecureRandom random = new SecureRandom();
  @TempDir private Path directory = Path.of("");
  private Simulation sim = new Simulation(1);
  private @Nullable MasterKey master;
  private @Nullable Certificates certificates;
  private final List<String> ended = new ArrayList<>();
  private @Nullable Tokens tokens;
  private @Nullable Policies policies;

  @BeforeEach
  void setUp() {
    master = MasterKey.open(directory.resolve("master.key"), random);
    sim =
        new Simulation(
            1,
            engine -> {
              wire(engine);
              engine.handler(
                  Tokens.EXPIRE,
                  (tx, message) -> ended.add(String.valueOf(tokens().expire(tx, message))));
            });
  }

  private void wire(Engine engine) {
    AccountShard registry =
        engine.shard(new ShardId(ShardId.REGISTRY, 0)).account(ACCOUNT.id().number());
    Certificates made =
        new Certificates(
            ACCOUNT,
            registry,
            Objects.requireNonNull(master),
            new KeyPairs(random, 1),
            sim == null ? java.time.InstantSource.system() : () -> sim.clock().instant(),
            random);
    certificates = made;
    policies = new Policies(ACCOUNT, registry, (_, _) -> true, ACCOUNT.limits().policies(), random);
    tokens =
        new Tokens(
            ACCOUNT,
            made.registrar(),
            Objects.requireNonNull(policies),
            new ThingPrincipals(registry, (_, _) -> true),
            random);
  }

  private Tokens tokens() {
    return Objects.requireNonNull(tokens);
  }

  private Certificates certificates() {
    return Objects.requireNonNull(certificates);
  }

  private AccountShard shard() {
    return sim.engine().shard(new ShardId(ShardId.REGISTRY, 0)).account(ACCOUNT.id().number());
  }

  private NewCertificate made() {
    return certificates().registrar().keys().certificate();
  }

  private String issue(NewCertificate made) {
    String token = tokens().next();
    shard()
        .call(
            tx -> {
              tokens().issue(tx, made, token, HOUR);
              return token;
            });
    return token;
  }

  @Test
  void aCertificateThatIsNotProvisionedInAnHourIsDeletedAlsoOverACrash() throws Exception {
    NewCertificate made = made();
    String token = issue(made);
    assertThat(Tokens.certificate(shard().durable(), token, sim.clock().instant()))
        .isEqualTo(made.id());
    sim.advance(HOUR.minusMinutes(1));
    assertThat(certificates().exists(made.id())).isTrue();
    sim.crashAndRestart();
    sim.advance(Duration.ofMinutes(2));
    assertThat(certificates().exists(made.id())).isFalse();
    assertThatThrownBy(() -> Tokens.certificate(shard().durable(), token, sim.clock().instant()))
        .isInstanceOf(FleetRefusal.class);
    assertThat(ended).contains(made.id());
  }

  @Test
  void aTokenThatWasUsedIsNoToken() {
    NewCertificate made = made();
    String token = issue(made);
    shard()
        .call(
            tx -> {
              Tokens.use(tx, token);
              certificates().registrar().update(tx, made.id(), CertificateStatus.ACTIVE);
              return token;
            });
    assertThatThrownBy(() -> Tokens.certificate(shard().durable(), token, sim.clock().instant()))
        .isInstanceOf(FleetRefusal.class);
    sim.advance(HOUR.plusMinutes(1));
    assertThat(certificates().exists(made.id())).isTrue();
  }

  @Test
  void aTokenDoesNotOutliveItsHourAlthoughNobodyHasSweptYet() {
    String token = issue(made());
    assertThatThrownBy(
            () -> Tokens.certificate(shard().durable(), token, sim.clock().instant().plus(HOUR)))
        .isInstanceOf(FleetRefusal.class);
  }

  @Test
  void whatWasActivatedByHandStays() {
    NewCertificate made = made();
    issue(made);
    certificates().update(made.id(), CertificateStatus.ACTIVE);
    sim.advance(HOUR.plusMinutes(1));
    assertThat(certificates().exists(made.id())).isTrue();
  }

  @Test
  void aClaimGoesWhateverIsAttachedToIt() {
    NewCertificate made = made();
    Objects.requireNonNull(policies)
        .create(
            "claim",
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                + "\"Action\":\"iot:Connect\",\"Resource\":\"*\"}]}");
    shard().call(tx -> tokens().claim(tx, made, "claim", tx.now().plus(Duration.ofMinutes(10))));
    sim.advance(Duration.ofMinutes(9));
    assertThat(certificates().exists(made.id())).isTrue();
    sim.advance(Duration.ofMinutes(2));
    assertThat(certificates().exists(made.id())).isFalse();
    assertThat(Objects.requireNonNull(policies).targets("claim", null, null).items()).isEmpty();
  }

  @Test
  void theTokenItselfIsNotStored() {
    String token = issue(made());
    assertThat(shard().durable().scan(Tables.TOKEN, io.thingstead.engine.Key.ALL, null, 10))
        .hasSize(1)
        .noneMatch(
            row -> new String(row.value(), java.nio.charset.StandardCharsets.UTF_8).contains(token))
        .noneMatch(row -> row.key().read().text().contains(token));
  }
}
