package io.thingstead.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jctools.queues.MpscArrayQueue;
import org.jctools.queues.MpscUnboundedArrayQueue;

/** The loop that owns some shards: the only one that decides their commands. */
final class ShardLoop {
  private static final System.Logger LOG = System.getLogger(ShardLoop.class.getName());

  /** Commands decided before completions are looked at again. */
  private static final int COMMANDS_PER_TURN = 256;

  private static final long READ_RETRY_MILLIS = 1000;

  private final MpscArrayQueue<Runnable> inbox;

  // Completions and outbox traffic, which may not be refused. Bounded at their sources: the slots
  // of the commit queue and the window of each outbox stream.
  private final MpscUnboundedArrayQueue<Runnable> internal = new MpscUnboundedArrayQueue<>(256);

  private final List<Shard> shards = new ArrayList<>();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private final Engine engine;
  private final Runnable wake;

  ShardLoop(String name, int inboxMax, Engine engine, Workers workers) {
    this.engine = engine;
    inbox = new MpscArrayQueue<>(Math.max(inboxMax, 2));
    wake = workers.start(name, this::work);
  }

  /** Queues a command; false when the inbox is full. */
  boolean offer(Runnable command) {
    boolean taken = inbox.offer(command);
    wake.run();
    return taken;
  }

  /** Queues what must not be refused. */
  void execute(Runnable task) {
    internal.offer(task);
    wake.run();
  }

  void adopt(Shard shard) {
    execute(() -> shards.add(shard));
  }

  /** Completes when what is queued is answered; the engine refuses more by then. */
  CompletableFuture<Void> drain() {
    wake.run();
    return drained;
  }

  private long work() {
    runAll(internal, Integer.MAX_VALUE);
    runAll(inbox, COMMANDS_PER_TURN);
    long next = Worker.UNTIL_WOKEN;
    if (engine.isResumed()) {
      for (Shard shard : shards) {
        next = Math.min(next, background(shard));
      }
    }
    if (!inbox.isEmpty() || !internal.isEmpty()) {
      return 0;
    }
    if (engine.isClosing() && shards.stream().allMatch(Shard::isSettled)) {
      drained.complete(null);
    }
    return next;
  }

  private static long background(Shard shard) {
    try {
      return shard.background();
    } catch (StoreReadException e) {
      LOG.log(System.Logger.Level.ERROR, "outbox and timers of shard " + shard.id() + " wait", e);
      return READ_RETRY_MILLIS;
    }
  }

  private static void runAll(Queue<Runnable> tasks, int max) {
    for (int i = 0; i < max; i++) {
      Runnable task = tasks.poll();
      if (task == null) {
        return;
      }
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "an effect of a command threw", e);
      }
    }
  }
}
