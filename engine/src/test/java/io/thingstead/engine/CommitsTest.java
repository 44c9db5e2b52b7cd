package io.thingstead.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommitsTest {
  private static final Table TABLE = new Table(1, "table", Family.QUEUE);
  private static final ShardId SHARD = new ShardId(ShardId.SESSION, 0);
  private static final EngineSettings SETTINGS = new EngineSettings(1, 16, 4, 0, 0, 1000);

  private final List<String> events = new ArrayList<>();

  private static Batch batch(int key) {
    return new Batch().put(SHARD, 1, TABLE, Key.of(key), new byte[1]);
  }

  private CommitListener listener(String name) {
    return (_, failure) -> events.add(name + (failure == null ? " durable" : " failed"));
  }

  private static Simulation failing(int operation, boolean fatally) {
    return new Simulation(
        1, SETTINGS, _ -> {}, store -> new FaultyStore(store, operation, fatally));
  }

  @Test
  void whatIsQueuedBecomesOneSyncedWriteAndIsCompletedInOrder() {
    Simulation sim = new Simulation(1);
    CommitLane one = sim.engine().commits().lane();
    CommitLane two = sim.engine().commits().lane();
    one.submit(batch(1), listener("a"));
    two.submit(batch(2), listener("b"));
    one.submit(batch(3), listener("c"));
    assertThat(events).isEmpty();
    sim.runUntilIdle();
    assertThat(events).containsExactly("a durable", "b durable", "c durable");
    assertThat(sim.engine().stats().commits.sum()).isEqualTo(1);
    assertThat(sim.engine().stats().batches.sum()).isEqualTo(3);
    assertThat(sim.store().rows()).isEqualTo(3);
    assertThat(sim.engine().inFlight()).isZero();
  }

  @Test
  void aFullQueueRefusesAndCounts() {
    Simulation sim = failing(0, false);
    CommitLane lane = sim.engine().commits().lane();
    for (int i = 0; i < 4; i++) {
      assertThat(lane.submit(batch(i), listener("" + i))).isTrue();
    }
    assertThat(lane.submit(batch(4), listener("4"))).isFalse();
    assertThat(sim.engine().stats().refusedCommitQueueFull.sum()).isEqualTo(1);
    sim.runUntilIdle();
    assertThat(lane.submit(batch(4), listener("4"))).isTrue();
    sim.runUntilIdle();
    assertThat(events).hasSize(5).endsWith("4 durable");
  }

  @Test
  void afterAFailureALaneFailsUntilItsOwnerResumesIt() {
    // Operation 1 is the look for shards at the start.
    Simulation sim = failing(2, false);
    CommitLane lane = sim.engine().commits().lane();
    CommitLane other = sim.engine().commits().lane();
    Batch first = batch(1);
    lane.submit(first, listener("a"));
    sim.runUntilIdle();
    lane.submit(batch(2), listener("b"));
    other.submit(batch(3), listener("c"));
    sim.runUntilIdle();
    assertThat(lane.isCurrent(first)).isTrue();
    lane.resume();
    assertThat(lane.isCurrent(first)).isFalse();
    lane.submit(batch(4), listener("d"));
    sim.runUntilIdle();
    assertThat(events).containsExactly("a failed", "b failed", "c durable", "d durable");
    assertThat(sim.engine().stats().failedBatches.sum()).isEqualTo(2);
    assertThat(sim.store().rows()).isEqualTo(2);
    assertThat(sim.fatal()).isEmpty();
  }

  @Test
  void afterAFailedSyncNobodyIsAnsweredAnyMore() {
    Simulation sim = failing(2, true);
    CommitLane lane = sim.engine().commits().lane();
    lane.submit(batch(1), listener("a"));
    sim.runUntilIdle();
    lane.submit(batch(2), listener("b"));
    sim.runUntilIdle();
    assertThat(events).isEmpty();
    assertThat(sim.fatal()).singleElement().isInstanceOf(MemoryStore.Died.class);
  }

  @Test
  void aChangeThatIsCancelledBeforeItsGroupClosesIsNeverWritten() {
    Simulation sim = new Simulation(1);
    CommitLane lane = sim.engine().commits().lane();
    Batch batch = batch(1);
    lane.submit(batch, listener("a"));
    assertThat(batch.cancel(batch.last())).isTrue();
    sim.runUntilIdle();
    assertThat(events).containsExactly("a durable");
    assertThat(sim.engine().stats().commits.sum()).isZero();
    assertThat(sim.store().rows()).isZero();
    assertThat(batch.cancel(batch.last())).isFalse();
  }

  @Test
  void aListenerThatThrowsDoesNotHinderTheNext() {
    Simulation sim = new Simulation(1);
    CommitLane lane = sim.engine().commits().lane();
    lane.submit(
        batch(1),
        (_, _) -> {
          throw new IllegalStateException("thrown by a test");
        });
    lane.submit(batch(2), listener("b"));
    sim.runUntilIdle();
    assertThat(events).containsExactly("b durable");
  }
}
