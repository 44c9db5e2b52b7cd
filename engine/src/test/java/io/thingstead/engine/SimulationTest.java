package io.thingstead.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SimulationTest {
  private static final Table TABLE = new Table(1, "table", Family.STATE);
  private static final ShardId REGISTRY = new ShardId(ShardId.REGISTRY, 0);

  @Test
  void callPumpsUntilTheReplyIsThere() {
    Simulation sim = new Simulation(1);
    AccountShard shard = sim.engine().shard(REGISTRY).account(7);
    String reply =
        shard.call(
            tx -> {
              tx.put(TABLE, Key.of("a"), "1".getBytes(UTF_8));
              return "done";
            });
    assertThat(reply).isEqualTo("done");
    assertThat(shard.durable().get(TABLE, Key.of("a"))).asString(UTF_8).isEqualTo("1");
  }

  @Test
  void whatWasAnsweredIsThereAfterACrash() {
    for (int seed = 0; seed < 200; seed++) {
      Simulation sim = new Simulation(seed);
      AccountShard shard = sim.engine().shard(REGISTRY).account(7);
      CompletableFuture<Boolean> put =
          shard.submit(
              tx -> {
                tx.put(TABLE, Key.of("a"), new byte[] {1});
                return true;
              });
      sim.run(sim.random().nextInt(8));
      boolean answered = put.isDone();
      sim.crashAndRestart();
      shard = sim.engine().shard(REGISTRY).account(7);
      if (answered) {
        assertThat(shard.durable().get(TABLE, Key.of("a"))).isEqualTo(new byte[] {1});
      }
    }
  }
}
