package io.thingstead.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.FaultyStore;
import io.thingstead.engine.Key;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Profile;
import io.thingstead.net.TestAuthority;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transfers in which the power goes, or a read fails, at every operation of the store: whoever asks
 * again finishes them, and the certificate is never both accounts' or nobody's.
 */
class TransfersCrashTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Account FROM =
      new Account(new AccountId("000000000001"), "us-east-1", Profile.THINGSTEAD);
  private static final Account TO =
      new Account(new AccountId("000000000002"), "us-east-1", Profile.THINGSTEAD);
  private static final X509Certificate LEAF = new TestAuthority().client("x").certificate();
  private static final String ID = ClientCertificates.id(LEAF);

  @TempDir Path directory;
  private @Nullable FaultyStore store;

  /** A server of two accounts that can die. */
  private final class House {
    private final Simulation simulation;
    private @Nullable Transfers transfers;

    House(long seed) {
      simulation =
          new Simulation(
              seed,
              new EngineSettings(1, 1024, 1024, 0, 0, 60_000),
              _ -> {},
              inner -> {
                store = new FaultyStore(inner, 0, true);
                return store;
              });
      open();
      certificates(FROM)
          .registerCertificateWithoutCa(
              Pem.certificate(ClientCertificates.der(LEAF)), CertificateStatus.INACTIVE);
    }

    private AccountShard shard(Account account) {
      return simulation
          .engine()
          .shard(new ShardId(ShardId.REGISTRY, 0))
          .account(account.id().number());
    }

    private Certificates certificates(Account account) {
      MasterKey master = MasterKey.open(directory.resolve("master.key"), RANDOM);
      return new Certificates(
          account, shard(account), master, new KeyPairs(RANDOM, 1), simulation.clock(), RANDOM);
    }

    private void open() {
      CertificateDirectory all = new CertificateDirectory();
      all.add(FROM.id(), certificates(FROM));
      all.add(TO.id(), certificates(TO));
      transfers = new Transfers(all);
    }

    Transfers transfers() {
      return Objects.requireNonNull(transfers);
    }

    @Nullable CertificateRow row(Account account) {
      return CertificateTable.get(shard(account).durable(), ID);
    }

    boolean offered() {
      return !shard(TO).durable().scan(Tables.INCOMING, Key.of(ID), null, 1).isEmpty();
    }

    /**
     * Fails at an operation, loses power, and asks again.
     *
     * @return whether it got so far as to fail
     */
    boolean interrupted(long operation, Runnable asked) {
      FaultyStore faulty = Objects.requireNonNull(store);
      long before = faulty.operations();
      faulty.fail(operation, true);
      boolean failed = false;
      try {
        asked.run();
      } catch (RuntimeException e) {
        failed = true;
      } catch (AssertionError e) {
        // The simulation's word for a caller who waits for a machine without power.
        assertThat(e).hasMessageContaining("there is no reply");
        failed = true;
      }
      boolean reached = failed || faulty.operations() - before >= operation;
      faulty.heal();
      simulation.crashAndRestart();
      open();
      try {
        asked.run();
      } catch (ApiException e) {
        // It had come to its end before the power went.
        assertThat(e.error())
            .isIn(
                AwsError.TRANSFER_ALREADY_COMPLETED,
                AwsError.CERTIFICATE_STATE,
                AwsError.RESOURCE_NOT_FOUND);
      }
      return reached;
    }
  }

  @Test
  void anAcceptedTransferIsFinishedByWhoeverAsksAgain() {
    long operation = 1;
    while (true) {
      House house = new House(operation);
      house.transfers().transfer(FROM, ID, TO.id().digits(), null);
      boolean reached = house.interrupted(operation, () -> house.transfers().accept(TO, ID, false));

      assertThat(house.row(FROM)).as("operation %d", operation).isNull();
      CertificateRow there = Objects.requireNonNull(house.row(TO));
      assertThat(there.status()).isEqualTo(CertificateStatus.INACTIVE);
      assertThat(there.previousOwner()).isEqualTo(FROM.id().digits());
      if (!reached) {
        break;
      }
      operation++;
    }
    assertThat(operation).as("it failed at so many places").isGreaterThan(8);
  }

  @Test
  void anOfferAndItsRejectionAreFinishedByWhoeverAsksAgain() {
    long operation = 1;
    while (true) {
      House house = new House(operation);
      boolean reached =
          house.interrupted(
              operation, () -> house.transfers().transfer(FROM, ID, TO.id().digits(), null));
      assertThat(Objects.requireNonNull(house.row(FROM)).status())
          .as("operation %d", operation)
          .isEqualTo(CertificateStatus.PENDING_TRANSFER);
      assertThat(house.row(TO)).isNull();
      assertThat(house.offered()).isTrue();
      boolean rejected =
          house.interrupted(operation, () -> house.transfers().reject(TO, ID, "not ours"));
      assertThat(Objects.requireNonNull(house.row(FROM)).status())
          .as("operation %d", operation)
          .isEqualTo(CertificateStatus.INACTIVE);
      assertThat(house.row(TO)).isNull();
      if (!reached && !rejected) {
        break;
      }
      operation++;
    }
    assertThat(operation).isGreaterThan(5);
  }
}
