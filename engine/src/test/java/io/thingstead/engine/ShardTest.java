package io.thingstead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ShardTest {
  private static final Table TABLE = new Table(1, "table", Family.STATE);
  private static final ShardId SHARD = new ShardId(ShardId.REGISTRY, 0);
  private static final EngineSettings SETTINGS = new EngineSettings(1, 16, 16, 0, 0, 1000);

  private static Command<Boolean> put(String key) {
    return tx -> {
      tx.put(TABLE, Key.of(key), new byte[] {1});
      return true;
    };
  }

  private static Command<Boolean> exists(String key) {
    return tx -> tx.get(TABLE, Key.of(key)) != null;
  }

  private static boolean isDurable(AccountShard shard, String key) {
    return shard.durable().get(TABLE, Key.of(key)) != null;
  }

  @Test
  void anExceptionRefusesTheCommandAndDiscardsItsChangesOnly() {
    Simulation sim = new Simulation(1);
    AccountShard shard = sim.engine().shard(SHARD).account(1);
    var kept = shard.submit(put("kept"));
    var refused =
        shard.submit(
            tx -> {
              tx.put(TABLE, Key.of("refused"), new byte[1]);
              throw new IllegalArgumentException("thrown by a test");
            });
    sim.runUntilIdle();
    assertThat(kept).isCompletedWithValue(true);
    assertThatThrownBy(refused::join).hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(isDurable(shard, "kept")).isTrue();
    assertThat(isDurable(shard, "refused")).isFalse();
    assertThatThrownBy(
            () ->
                shard.call(
                    _ -> {
                      throw new IllegalArgumentException("thrown by a test");
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("thrown by a test");
  }

  @Test
  void accountsAndShardsDoNotSeeEachOther() {
    Simulation sim = new Simulation(1);
    Engine engine = sim.engine();
    engine.shard(SHARD).account(1).call(put("a"));
    assertThat(engine.shard(SHARD).account(2).call(exists("a"))).isFalse();
    assertThat(engine.shard(new ShardId(ShardId.REGISTRY, 1)).account(1).call(exists("a")))
        .isFalse();
    assertThat(engine.shard(SHARD).account(1).call(exists("a"))).isTrue();
  }

  @Test
  void aReadOfWhatIsNotDurableWaitsUntilItIs() {
    for (int seed = 0; seed < 50; seed++) {
      Simulation sim = new Simulation(seed);
      AccountShard shard = sim.engine().shard(SHARD).account(1);
      var put = shard.submit(put("a"));
      CompletableFuture<Boolean> seen = shard.submit(exists("a"));
      while (!seen.isDone()) {
        sim.run(1);
      }
      assertThat(seen).isCompletedWithValue(true);
      assertThat(put).isDone();
      assertThat(isDurable(shard, "a")).isTrue();
    }
  }

  @Test
  void aReadOfOtherRowsDoesNotWait() {
    Simulation sim = new Simulation(1, SETTINGS, _ -> {}, Simulation.UnaryStore.NONE);
    AccountShard shard = sim.engine().shard(SHARD).account(1);
    sim.runUntilIdle();
    var put = shard.submit(put("a"));
    var other = shard.submit(exists("b"));
    sim.runOnly("shard-0");
    assertThat(other).isCompletedWithValue(false);
    assertThat(put).isNotDone();
  }

  @Test
  void effectsRunWhenDurableAndBeforeTheReply() {
    Simulation sim = new Simulation(1);
    AccountShard shard = sim.engine().shard(SHARD).account(1);
    List<String> events = new ArrayList<>();
    var reply =
        shard
            .submit(
                tx -> {
                  tx.put(TABLE, Key.of("a"), new byte[1]);
                  tx.afterDurable(() -> events.add("effect " + isDurable(shard, "a")));
                  tx.afterDurable(
                      () -> {
                        throw new IllegalStateException("thrown by a test");
                      });
                  events.add("decided");
                  return true;
                })
            .thenRun(() -> events.add("reply"));
    sim.runUntilIdle();
    assertThat(reply).isDone();
    assertThat(events).containsExactly("decided", "effect true", "reply");
  }

  @Test
  void aFailedCommitTakesBackWhatWasDecidedOnTopOfIt() {
    // Operations: look for shards, outbox load, timer scan, get of b, then the commit.
    for (int failing = 1; failing < 12; failing++) {
      int n = failing;
      List<FaultyStore> stores = new ArrayList<>();
      Simulation sim =
          new Simulation(
              1,
              SETTINGS,
              engine -> engine.shard(SHARD),
              store -> {
                stores.add(new FaultyStore(store, n + 1, false));
                return stores.getFirst();
              });
      AccountShard shard = sim.engine().shard(SHARD).account(1);
      List<CompletableFuture<Boolean>> replies = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int at = i;
        replies.add(
            shard.submit(
                tx -> {
                  boolean before = at == 0 || tx.get(TABLE, Key.of("k", at - 1)) != null;
                  if (before) {
                    tx.put(TABLE, Key.of("k", at), new byte[1]);
                  }
                  return before;
                }));
      }
      sim.runUntilIdle();
      stores.getFirst().heal();
      // Each row implies the one before it, whatever failed; what was answered is there.
      boolean before = true;
      for (int i = 0; i < 5; i++) {
        boolean there = shard.durable().get(TABLE, Key.of("k", i)) != null;
        CompletableFuture<Boolean> reply = replies.get(i);
        assertThat(reply).isDone();
        assertThat(there).isEqualTo(!reply.isCompletedExceptionally() && reply.join());
        assertThat(!there || before).isTrue();
        before = there;
      }
      sim.advance(java.time.Duration.ofSeconds(2));
      assertThat(shard.call(put("later"))).isTrue();
    }
  }

  @Test
  void aTransactionIsDeadAfterItsCommand() {
    Simulation sim = new Simulation(1);
    AccountShard shard = sim.engine().shard(SHARD).account(1);
    List<Tx> leaked = new ArrayList<>();
    shard.call(leaked::add);
    assertThatThrownBy(() -> leaked.getFirst().put(TABLE, Key.ALL, new byte[1]))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void callInsideACommandIsRefused() {
    Simulation sim = new Simulation(1);
    AccountShard shard = sim.engine().shard(SHARD).account(1);
    assertThatThrownBy(() -> shard.call(_ -> shard.call(exists("a"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("wait for itself");
  }

  @Test
  void aFullInboxRefusesAndCounts() {
    Simulation sim = new Simulation(1, SETTINGS, _ -> {}, Simulation.UnaryStore.NONE);
    AccountShard shard = sim.engine().shard(SHARD).account(1);
    List<CompletableFuture<Boolean>> replies = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      replies.add(shard.submit(put("k" + i)));
    }
    assertThat(sim.engine().stats().refusedInboxFull.sum()).isEqualTo(4);
    assertThat(replies.subList(16, 20)).allMatch(CompletableFuture::isCompletedExceptionally);
    sim.runUntilIdle();
    assertThat(replies.subList(0, 16)).allMatch(reply -> reply.join());
  }

  @Test
  void deleteAllHidesRowsAtOnceAndFromTheStore() {
    Simulation sim = new Simulation(1);
    AccountShard shard = sim.engine().shard(SHARD).account(1);
    for (int i = 0; i < 5; i++) {
      String key = "k" + i;
      shard.call(
          tx -> {
            tx.put(TABLE, Key.of("a", key), new byte[1]);
            tx.put(TABLE, Key.of("b", key), new byte[1]);
            return true;
          });
    }
    int left =
        shard.call(
            tx -> {
              tx.deleteAll(TABLE, Key.of("a"));
              tx.put(TABLE, Key.of("a", "new"), new byte[1]);
              return tx.scan(TABLE, Key.ALL, null, 100).size();
            });
    assertThat(left).isEqualTo(6);
    assertThat(shard.durable().scan(TABLE, Key.of("a"), null, 100)).hasSize(1);
    assertThat(shard.durable().scan(TABLE, Key.of("b"), Key.of("b", "k2"), 100)).hasSize(2);
  }

  @Test
  void closeAnswersWhatIsQueuedAndRefusesMore() {
    Simulation sim = new Simulation(1);
    AccountShard shard = sim.engine().shard(SHARD).account(1);
    var queued = shard.submit(put("a"));
    sim.engine().close();
    assertThat(queued).isCompletedWithValue(true);
    assertThatThrownBy(() -> shard.call(put("b"))).isInstanceOf(StoreUnavailableException.class);
  }
}
