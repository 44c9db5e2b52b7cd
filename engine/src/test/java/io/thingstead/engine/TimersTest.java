package io.thingstead.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimersTest {
  private static final Table FIRED = new Table(1, "fired", Family.STATE);
  private static final ShardId SHARD = new ShardId(ShardId.JOB, 3);

  private static void wire(Engine engine) {
    engine.handler("fired", TimersTest::fired);
    engine.handler(
        "again",
        (tx, body) -> {
          fired(tx, body);
          tx.schedule("again", tx.now().plusSeconds(10), "again", body);
        });
    engine.handler(
        "throws",
        (tx, body) -> {
          fired(tx, body);
          throw new IllegalStateException("thrown by a test");
        });
  }

  /** Counts, per message and second. */
  private static void fired(Tx tx, byte[] body) {
    Key key = Key.of(new String(body, UTF_8), tx.now().getEpochSecond());
    byte[] before = tx.get(FIRED, key);
    tx.put(FIRED, key, new byte[] {(byte) (before == null ? 1 : before[0] + 1)});
  }

  private static AccountShard shard(Simulation sim) {
    return sim.engine().shard(SHARD).account(9);
  }

  private static void schedule(Simulation sim, String id, long seconds, String handler) {
    shard(sim)
        .call(
            tx -> {
              tx.schedule(id, tx.now().plusSeconds(seconds), handler, id.getBytes(UTF_8));
              return true;
            });
  }

  private static List<String> fired(Simulation sim) {
    long start = sim.started().getEpochSecond();
    return shard(sim).durable().scan(FIRED, Key.ALL, null, 100).stream()
        .map(
            row -> {
              Key.Reader key = row.key().read();
              return key.text() + "@" + (key.number() - start) + "x" + row.value()[0];
            })
        .toList();
  }

  @Test
  void firesOnceWhenDueAndNotBefore() {
    Simulation sim = new Simulation(1, TimersTest::wire);
    schedule(sim, "b", 20, "fired");
    schedule(sim, "a", 10, "fired");
    sim.advance(Duration.ofMillis(9_999));
    assertThat(fired(sim)).isEmpty();
    sim.advance(Duration.ofMillis(1));
    assertThat(fired(sim)).containsExactly("a@10x1");
    sim.advance(Duration.ofHours(1));
    assertThat(fired(sim)).containsExactly("a@10x1", "b@20x1");
    assertThat(sim.engine().stats().timersFired.sum()).isEqualTo(2);
  }

  @Test
  void aTimerOfTheSameIdIsReplacedAndACancelledOneDoesNotFire() {
    Simulation sim = new Simulation(1, TimersTest::wire);
    schedule(sim, "a", 10, "fired");
    schedule(sim, "a", 30, "fired");
    schedule(sim, "b", 10, "fired");
    shard(sim)
        .call(
            tx -> {
              tx.cancel("b");
              tx.cancel("unknown");
              return true;
            });
    sim.advance(Duration.ofHours(1));
    assertThat(fired(sim)).containsExactly("a@30x1");
  }

  @Test
  void timersOfAccountsAreApart() {
    Simulation sim = new Simulation(1, TimersTest::wire);
    schedule(sim, "a", 10, "fired");
    sim.engine()
        .shard(SHARD)
        .account(10)
        .call(
            tx -> {
              tx.cancel("a");
              return true;
            });
    sim.advance(Duration.ofSeconds(10));
    assertThat(fired(sim)).containsExactly("a@10x1");
  }

  @Test
  void aHandlerMayScheduleItselfAgain() {
    Simulation sim = new Simulation(1, TimersTest::wire);
    schedule(sim, "again", 10, "again");
    sim.advance(Duration.ofSeconds(35));
    assertThat(fired(sim)).containsExactly("again@10x1", "again@20x1", "again@30x1");
  }

  @Test
  void aHandlerThatThrowsChangesNothingAndIsNotTriedForEver() {
    Simulation sim = new Simulation(1, TimersTest::wire);
    schedule(sim, "bad", 10, "throws");
    schedule(sim, "good", 10, "fired");
    sim.advance(Duration.ofHours(1));
    assertThat(fired(sim)).containsExactly("good@10x1");
    assertThat(sim.engine().stats().handlerFailures.sum()).isEqualTo(1);
  }

  @Test
  void anUnknownHandlerIsRefusedWhenItIsNamed() {
    Simulation sim = new Simulation(1, TimersTest::wire);
    assertThatThrownBy(() -> schedule(sim, "a", 1, "nobody"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nobody");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void firesOnceAcrossCrashes(long seed) {
    Simulation sim = new Simulation(seed, TimersTest::wire);
    for (int i = 0; i < 10; i++) {
      schedule(sim, "t" + i, 10 + i, "fired");
    }
    for (int i = 0; i < 20; i++) {
      sim.advanceWithoutTurns(Duration.ofSeconds(1));
      sim.run(sim.random().nextInt(12));
      sim.crashAndRestart();
    }
    sim.advance(Duration.ofSeconds(5));
    List<String> fired = fired(sim);
    assertThat(fired).hasSize(10).allMatch(text -> text.endsWith("x1"));
  }
}
