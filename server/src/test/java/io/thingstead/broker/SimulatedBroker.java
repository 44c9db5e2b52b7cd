package io.thingstead.broker;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.thingstead.account.Account;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.FaultyStore;
import io.thingstead.engine.MemoryStore;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.model.AccountId;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A broker on a simulated engine; made anew after each crash. */
final class SimulatedBroker {
  final Simulation simulation;
  Lanes lanes;
  Broker broker;

  /** Attaches sinks, to each broker anew. */
  Consumer<Broker> attach = _ -> {};

  /** Whether there is room on the disk. */
  boolean accepting = true;

  /** Between engine and store; the present run's. */
  FaultyStore store = new FaultyStore(new MemoryStore(), 0, false);

  private final Limits limits;
  private final int laneCount;

  SimulatedBroker(long seed) {
    this(seed, Limits.of(Profile.THINGSTEAD));
  }

  SimulatedBroker(long seed, Limits limits) {
    this(seed, limits, 2);
  }

  SimulatedBroker(long seed, Limits limits, int laneCount) {
    this.limits = limits;
    this.laneCount = laneCount;
    simulation =
        new Simulation(
            seed,
            new EngineSettings(2, 1024, 1024, 0, 0, 60_000),
            _ -> {},
            real -> {
              store = new FaultyStore(real, 0, false);
              return store;
            });
    start();
  }

  /** The limits of our profile with others by name. */
  static Limits limits(Map<String, Long> quotas) {
    return Quotas.of(quotas).limits(Profile.THINGSTEAD);
  }

  private void start() {
    var workers = simulation.workers();
    lanes =
        new Lanes(
            IntStream.range(0, laneCount)
                .mapToObj(i -> new SimulatedLoop("lane-" + i, workers))
                .toList(),
            simulation.engine().commits(),
            UnpooledByteBufAllocator.DEFAULT,
            simulation.clock());
    var engine = simulation.engine();
    Storage storage =
        new Storage(
            p -> engine.shard(new ShardId(ShardId.SESSION, p)).account(0).durable(),
            new SimulatedLoop("reader", workers),
            () -> accepting && engine.accepting());
    Account account = new Account(new AccountId("000000000000"), "us-east-1", Profile.THINGSTEAD);
    broker = new Broker(account, limits, lanes, storage);
    var loaded =
        broker
            .load()
            .thenCompose(
                _ -> {
                  attach.accept(broker);
                  return broker.start();
                });
    simulation.runUntilIdle();
    if (!loaded.isDone()) {
      throw new AssertionError("the broker did not load");
    }
    loaded.join();
  }

  void crash() {
    simulation.crashAndRestart();
    start();
  }
}
