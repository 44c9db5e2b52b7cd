package io.thingstead.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: everything that any loop has submitted by the time the last sync ended becomes one
 * synced write; then the listeners are called in order of submission. Batches come in through
 * {@link CommitLane}s.
 */
public final class Commits {
  private static final System.Logger LOG = System.getLogger(Commits.class.getName());

  /** A synced write takes no further batch once it has so many bytes. */
  private static final int GROUP_BYTES = 8 << 20;

  private static final int GROUP_BATCHES = 16_384;

  // Bounded by the slots: a batch is only queued by one who holds one.
  private final MpscUnboundedArrayQueue<Batch> queue = new MpscUnboundedArrayQueue<>(1024);
  private final AtomicInteger slots = new AtomicInteger();
  private final List<Batch> group = new ArrayList<>();

  private final Store store;
  private final EngineSettings settings;
  private final EngineStats stats;
  private final Watermark watermark;
  private final Consumer<Throwable> fatal;
  private final Runnable wake;
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private volatile boolean closing;
  private volatile boolean dead;

  Commits(
      Store store,
      EngineSettings settings,
      EngineStats stats,
      Watermark watermark,
      Workers workers,
      Consumer<Throwable> fatal) {
    this.store = store;
    this.settings = settings;
    this.stats = stats;
    this.watermark = watermark;
    this.fatal = fatal;
    this.wake = workers.start("commit", this::work);
  }

  /** A new stream of batches for one submitting thread. */
  public CommitLane lane() {
    return new CommitLane(this);
  }

  boolean reserve() {
    if (slots.get() >= settings.commitQueueMax()) {
      stats.refusedCommitQueueFull.increment();
      return false;
    }
    slots.getAndIncrement();
    return true;
  }

  void release() {
    slots.getAndDecrement();
  }

  void enqueue(Batch batch) {
    queue.offer(batch);
    wake.run();
  }

  /** Batches that are submitted and not yet completed, and commands being decided. */
  int inFlight() {
    return slots.get();
  }

  /** Completes when everything that is queued is durable or failed; then nothing may follow. */
  CompletableFuture<Void> drain() {
    closing = true;
    wake.run();
    return drained;
  }

  /** Whether a sync failed: nothing will be committed or answered any more. */
  boolean isDead() {
    return dead;
  }

  private long work() {
    if (dead) {
      drained.complete(null);
      return Worker.UNTIL_WOKEN;
    }
    watermark.check();
    takeGroup();
    if (!group.isEmpty()) {
      commit();
      group.clear();
    }
    if (closing && queue.isEmpty()) {
      drained.complete(null);
    }
    return queue.isEmpty() ? settings.spaceCheckMillis() : 0;
  }

  private void takeGroup() {
    long bytes = 0;
    while (bytes < GROUP_BYTES && group.size() < GROUP_BATCHES) {
      Batch batch = queue.poll();
      if (batch == null) {
        return;
      }
      CommitLane lane = Objects.requireNonNull(batch.lane);
      if (batch.epoch <= lane.failedEpoch) {
        complete(batch, new StoreUnavailableException("a commit before this one failed"));
      } else {
        batch.close();
        group.add(batch);
        bytes += batch.sizeBytes();
      }
    }
  }

  private void commit() {
    try {
      if (!group.stream().allMatch(Batch::isEmpty)) {
        long begun = System.nanoTime();
        store.commit(group);
        stats.commitMicros.add((System.nanoTime() - begun) / 1000);
        stats.commits.increment();
      }
    } catch (CommitRefusedException e) {
      LOG.log(System.Logger.Level.ERROR, "a commit of " + group.size() + " batches failed", e);
      for (Batch batch : group) {
        CommitLane lane = Objects.requireNonNull(batch.lane);
        lane.failedEpoch = Math.max(lane.failedEpoch, batch.epoch);
      }
      StoreUnavailableException failure =
          new StoreUnavailableException("the store refused the commit: " + e.getMessage());
      group.forEach(batch -> complete(batch, failure));
      return;
    } catch (Throwable e) {
      // Nobody is answered: whether the group is on disk is known after recovery only.
      dead = true;
      LOG.log(System.Logger.Level.ERROR, "the log cannot be synced: the process must end", e);
      fatal.accept(e);
      return;
    }
    for (Batch batch : group) {
      stats.batches.increment();
      stats.committedBytes.add(batch.sizeBytes());
      complete(batch, null);
    }
  }

  private void complete(Batch batch, @Nullable StoreUnavailableException failure) {
    if (failure != null) {
      stats.failedBatches.increment();
    }
    slots.getAndDecrement();
    try {
      Objects.requireNonNull(batch.listener).committed(batch, failure);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a commit listener threw", e);
    }
  }
}
