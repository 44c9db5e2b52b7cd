package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.boot.FreePort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real clients work without pause while their server is killed or loses its power, again and again
 * on the same data: nothing acknowledged is lost, no QoS 2 message comes twice, the order of each
 * publisher and topic is kept. {@code ./thingstead test --crashes 300} makes it a campaign.
 */
class CrashIT {
  private static final boolean LONG = Boolean.getBoolean("thingstead.long");
  private static final int ROUNDS = Integer.getInteger("thingstead.crashes", LONG ? 300 : 20);
  private static final long SEED = Long.getLong("thingstead.seed", 1);
  private static final int MESSAGES = 60;

  /** Publishers that work to a budget, and acknowledge it. */
  private static final int PUBLISHERS = 6;

  @Test
  void nothingAcknowledgedIsLostWhenTheServerIsKilled() throws Exception {
    survive(new Crash.Kill());
  }

  @Test
  void nothingAcknowledgedIsLostWhenThePowerGoes(@TempDir Path directory) throws Exception {
    PowerCut power = PowerCut.build(directory);

    survive(power);

    assertThat(power.cuts()).isGreaterThanOrEqualTo(ROUNDS);
    assertThat(power.pagesLost()).as("the cuts took something").isGreaterThan(ROUNDS);
  }

  @Test
  void aSyncThatFailsEndsTheServerAndNothingAcknowledgedIsLost(@TempDir Path directory)
      throws Exception {
    PowerCut power = PowerCut.build(directory);
    Random random = new Random(SEED);
    int plain = FreePort.next();
    try (Installed server = serve(power, plain);
        Workload load = new Workload(server, plain)) {
      load.work(MESSAGES, MESSAGES);
      power.failNextSync(random);

      assertThat(server.awaitEnd()).isEqualTo(70);

      server.startAgain();
      load.verify();
    }
  }

  /** That the harness would notice: here the promise is broken below the server. */
  @Test
  void aDiskThatLiesIsFoundOutAtTheNextStart(@TempDir Path directory) throws Exception {
    PowerCut power = PowerCut.build(directory);
    int plain = FreePort.next();
    try (Installed server = serve(power, plain);
        Workload load = new Workload(server, plain)) {
      power.lie();
      load.work(MESSAGES, MESSAGES);
      power.loseAll(server);

      assertThatThrownBy(server::startAgain)
          .hasMessageContaining("is damaged or not all there")
          .hasMessageContaining("were acknowledged");
    }
  }

  private static Installed serve(Crash crash, int plain) {
    Installed server = Installed.start("--profile", "mqtt", "--plain-mqtt", "127.0.0.1:" + plain);
    crash.prepare(server);
    server.killAndRestart();
    return server;
  }

  private static void survive(Crash crash) throws Exception {
    Random random = new Random(SEED);
    int plain = FreePort.next();
    try (Installed server = serve(crash, plain);
        Workload load = new Workload(server, plain)) {
      for (int round = 0; round < ROUNDS; round++) {
        load.work(MESSAGES, 1 + random.nextInt(MESSAGES * PUBLISHERS));
        crash.strike(server, random);
        crash.startAgain(server, random);
        load.assertRetained();
      }
      load.verify();
      report(crash, load.ledger());
    }
  }

  /**
   * Adds a row for docs/reliability.md to a file that {@code ./thingstead test} shows at its end.
   */
  private static void report(Crash crash, Ledger ledger) throws IOException {
    Path rows = Installed.CHECKOUT.resolve("server/target/campaigns.md");
    Files.writeString(
        rows,
        """
        | %s | commit %s | %,d %s on one data directory, seed %d: %,d acknowledgements, %,d messages \
        received again | nothing lost, no QoS 2 message twice, order kept |
        """
            .formatted(
                LocalDate.now(ZoneOffset.UTC),
                commit(),
                ROUNDS,
                crash.plural(),
                SEED,
                ledger.total(),
                ledger.repetitions()),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static String commit() throws IOException {
    Process git =
        new ProcessBuilder("git", "rev-parse", "--short", "HEAD")
            .directory(Installed.CHECKOUT.toFile())
            .start();
    return new String(git.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
  }
}
