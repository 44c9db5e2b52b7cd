package io.thingstead.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final Table SENT = new Table(1, "sent", Family.STATE);
  private static final Table RECEIVED = new Table(2, "received", Family.STATE);
  private static final ShardId SOURCE = new ShardId(ShardId.SHADOW, 0);
  private static final ShardId TARGET = new ShardId(ShardId.RULE, 0);
  private static final long ACCOUNT = 5;

  private static void wire(Engine engine) {
    engine.handler(
        "receive",
        (tx, body) -> {
          int count = tx.scan(RECEIVED, Key.ALL, null, 100_000).size();
          tx.put(RECEIVED, Key.of(count), body);
        });
    engine.handler(
        "throws",
        (_, _) -> {
          throw new IllegalStateException("thrown by a test");
        });
  }

  private static CompletableFuture<Boolean> send(Simulation sim, String text, String handler) {
    return sim.engine()
        .shard(SOURCE)
        .account(ACCOUNT)
        .submit(
            tx -> {
              tx.put(SENT, Key.of(text), new byte[1]);
              tx.send(TARGET, handler, text.getBytes(UTF_8));
              return true;
            });
  }

  private static List<String> received(Simulation sim) {
    return sim
        .engine()
        .shard(TARGET)
        .account(ACCOUNT)
        .durable()
        .scan(RECEIVED, Key.ALL, null, 100_000)
        .stream()
        .map(row -> new String(row.value(), UTF_8))
        .toList();
  }

  private static List<String> sent(Simulation sim) {
    return sim
        .engine()
        .shard(SOURCE)
        .account(ACCOUNT)
        .durable()
        .scan(SENT, Key.ALL, null, 100_000)
        .stream()
        .map(row -> row.key().read().text())
        .toList();
  }

  private static int left(Simulation sim) {
    return sim.engine()
        .shard(SOURCE)
        .durable(Layout.ENGINE_ACCOUNT)
        .scan(EngineTables.OUTBOX, Key.ALL, null, 100_000)
        .size();
  }

  @Test
  void aMessageIsAppliedInOrderAndDeletedAtItsSource() {
    Simulation sim = new Simulation(1, OutboxTest::wire);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      texts.add("m%03d".formatted(i));
      assertThat(send(sim, texts.getLast(), "receive")).isNotCompletedExceptionally();
    }
    sim.advance(Duration.ofSeconds(1));
    assertThat(received(sim)).isEqualTo(texts);
    assertThat(left(sim)).isZero();
  }

  @Test
  void aMessageOfARefusedCommandIsNotSent() {
    Simulation sim = new Simulation(1, OutboxTest::wire);
    var reply =
        sim.engine()
            .shard(SOURCE)
            .account(ACCOUNT)
            .submit(
                tx -> {
                  tx.send(TARGET, "receive", new byte[1]);
                  throw new IllegalStateException("thrown by a test");
                });
    sim.runUntilIdle();
    assertThat(reply).isCompletedExceptionally();
    assertThat(received(sim)).isEmpty();
  }

  @Test
  void aHandlerThatThrowsDoesNotStopTheNextMessage() {
    Simulation sim = new Simulation(1, OutboxTest::wire);
    var bad = send(sim, "a", "throws");
    var good = send(sim, "b", "receive");
    sim.runUntilIdle();
    assertThat(bad).isCompletedWithValue(true);
    assertThat(good).isCompletedWithValue(true);
    assertThat(received(sim)).containsExactly("b");
    assertThat(sim.engine().stats().handlerFailures.sum()).isEqualTo(1);
    assertThat(left(sim)).isZero();
  }

  @Test
  void aShardMaySendToItself() {
    Simulation sim = new Simulation(1, OutboxTest::wire);
    sim.engine()
        .shard(TARGET)
        .account(ACCOUNT)
        .call(
            tx -> {
              tx.send(TARGET, "receive", "self".getBytes(UTF_8));
              return true;
            });
    sim.runUntilIdle();
    assertThat(received(sim)).containsExactly("self");
  }

  /** Nothing acknowledged is lost; what is decided and what it sends are there together, once. */
  @Test
  void messagesAreAppliedExactlyOnceAndInOrderAcrossCrashes() {
    for (int seed = 0; seed < 60; seed++) {
      Simulation sim = new Simulation(seed, OutboxTest::wire);
      List<String> acknowledged = new ArrayList<>();
      for (int crash = 0; crash < 6; crash++) {
        List<CompletableFuture<Boolean>> replies = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          replies.add(send(sim, crash + "-" + i, "receive"));
          sim.run(sim.random().nextInt(6));
        }
        for (int i = 0; i < 8; i++) {
          if (replies.get(i).isDone()) {
            acknowledged.add(crash + "-" + i);
          }
        }
        sim.crashAndRestart();
      }
      sim.advance(Duration.ofSeconds(5));
      assertThat(sent(sim)).as("seed " + seed).containsAll(acknowledged);
      assertThat(received(sim)).as("seed " + seed).isEqualTo(sent(sim));
      assertThat(left(sim)).isZero();
    }
  }

  /** The same with every single operation of the store failing once. */
  @Test
  void messagesAreAppliedExactlyOnceWhicheverOperationFails() {
    for (boolean fatally : new boolean[] {false, true}) {
      boolean failed = true;
      int n = 0;
      while (failed) {
        n++;
        int failing = n;
        List<FaultyStore> stores = new ArrayList<>();
        Simulation sim =
            new Simulation(
                n,
                new EngineSettings(2, 64, 64, 0, 0, 60_000),
                OutboxTest::wire,
                store -> {
                  // The start itself must succeed; after a restart all is well.
                  long at = stores.isEmpty() ? failing + 1 : 0;
                  stores.add(new FaultyStore(store, at, fatally));
                  return stores.getLast();
                });
        List<CompletableFuture<Boolean>> replies = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          replies.add(send(sim, "m" + i, "receive"));
          sim.run(2);
        }
        sim.advance(Duration.ofSeconds(5));
        failed = stores.getFirst().operations() > n;
        stores.getFirst().heal();
        if (!sim.fatal().isEmpty()) {
          sim.crashAndRestart();
          sim.advance(Duration.ofSeconds(5));
        }
        for (int i = 0; i < 5; i++) {
          if (replies.get(i).isDone() && !replies.get(i).isCompletedExceptionally()) {
            assertThat(sent(sim)).as("operation " + n).contains("m" + i);
          }
        }
        assertThat(received(sim)).as("operation " + n + " " + fatally).isEqualTo(sent(sim));
        assertThat(left(sim)).isZero();
      }
      assertThat(n).as("operations that failed").isGreaterThan(20);
    }
  }
}
