package io.thingstead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WatermarkTest {
  private static final Table TABLE = new Table(1, "table", Family.STATE);
  private static final EngineSettings SETTINGS = new EngineSettings(1, 16, 16, 100, 200, 1000);

  @Test
  void belowTheMarkCommandsAreRefusedBeforeTheyAreDecidedAndReadsGoOn() {
    Simulation sim = new Simulation(1, SETTINGS, _ -> {}, Simulation.UnaryStore.NONE);
    Engine engine = sim.engine();
    AccountShard shard = engine.shard(new ShardId(1, 0)).account(1);
    Command<Boolean> put =
        tx -> {
          tx.put(TABLE, Key.of("a"), new byte[1]);
          return true;
        };
    shard.call(put);
    sim.store().freeBytes(99);
    sim.advance(Duration.ofSeconds(1));
    assertThat(engine.accepting()).isFalse();
    long decided = engine.stats().decided.sum();
    assertThatThrownBy(() -> shard.call(put)).isInstanceOf(StoreUnavailableException.class);
    assertThat(engine.stats().decided.sum()).isEqualTo(decided);
    assertThat(engine.stats().refusedNoSpace.sum()).isEqualTo(1);
    assertThat(shard.durable().get(TABLE, Key.of("a"))).isNotNull();

    sim.store().freeBytes(199);
    sim.advance(Duration.ofSeconds(1));
    assertThat(engine.accepting()).isFalse();
    sim.store().freeBytes(200);
    sim.advance(Duration.ofSeconds(1));
    assertThat(engine.accepting()).isTrue();
    assertThat(shard.call(put)).isTrue();
  }

  @Test
  void timersAndMessagesWaitUntilThereIsRoom() {
    Simulation sim =
        new Simulation(
            1,
            SETTINGS,
            engine ->
                engine.handler(
                    "mark", (tx, body) -> tx.put(TABLE, Key.of("mark", body.length), new byte[1])),
            Simulation.UnaryStore.NONE);
    AccountShard shard = sim.engine().shard(new ShardId(1, 0)).account(1);
    shard.call(
        tx -> {
          tx.schedule("t", tx.now().plusSeconds(10), "mark", new byte[1]);
          return true;
        });
    sim.store().freeBytes(0);
    sim.advance(Duration.ofSeconds(60));
    assertThat(shard.durable().scan(TABLE, Key.ALL, null, 9)).isEmpty();
    sim.store().freeBytes(1000);
    sim.advance(Duration.ofSeconds(2));
    assertThat(shard.durable().scan(TABLE, Key.ALL, null, 9)).hasSize(1);
  }
}
