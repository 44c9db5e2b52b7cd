package io.thingstead.engine;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The durable state of a node and the loops that own it. Commands may be submitted at once; {@link
 * #resume} follows when all handlers are registered, and lets timers and the outbox go on.
 */
public final class Engine implements AutoCloseable {
  private final Store store;
  private final Workers workers;
  private final InstantSource clock;
  private final EngineStats stats = new EngineStats();
  private final Watermark watermark;
  private final Commits commits;
  private final List<ShardLoop> loops = new ArrayList<>();
  private final Map<ShardId, Shard> shards = new ConcurrentHashMap<>();
  private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
  private final AtomicInteger opened = new AtomicInteger();
  private volatile boolean resumed;
  private volatile boolean closing;

  /**
   * Starts the loops over an open store.
   *
   * @param fatal called when a sync failed: must end the process at once, since nothing is
   *     committed or answered any more
   */
  public Engine(
      Store store,
      Workers workers,
      InstantSource clock,
      EngineSettings settings,
      Consumer<Throwable> fatal) {
    this.store = store;
    this.workers = workers;
    this.clock = clock;
    watermark = new Watermark(store::freeBytes, settings.freeBytesLow(), settings.freeBytesHigh());
    watermark.check();
    commits = new Commits(store, settings, stats, watermark, workers, fatal);
    for (int i = 0; i < settings.shardLoops(); i++) {
      loops.add(new ShardLoop("shard-" + i, settings.inboxMax(), this, workers));
    }
  }

  /** A shard of this node; made when first asked for. */
  public Shard shard(ShardId id) {
    return shards.computeIfAbsent(id, this::open);
  }

  private Shard open(ShardId id) {
    ShardLoop loop = loops.get(Math.floorMod(opened.getAndIncrement(), loops.size()));
    Shard shard = new Shard(id, this, store, loop, commits.lane());
    loop.adopt(shard);
    return shard;
  }

  /**
   * Registers the receiver of messages that are sent or scheduled under this name, which is on
   * disk: never change it. To be called before {@link #resume}.
   */
  public void handler(String name, Handler handler) {
    if (resumed) {
      throw new IllegalStateException("handler " + name + " comes after resume()");
    }
    if (handlers.putIfAbsent(name, handler) != null) {
      throw new IllegalStateException("handler " + name + " is registered twice");
    }
  }

  Handler requireHandler(String name) {
    Handler handler = handlers.get(name);
    if (handler == null) {
      throw new IllegalArgumentException("no handler is registered as " + name);
    }
    return handler;
  }

  /** Lets timers fire and the outbox deliver, also what a former run has left. */
  public void resume() {
    byte[] from = new byte[Layout.SHARD_BYTES];
    byte[] end = {(byte) 0xFF};
    while (true) {
      // One look per shard: its engine rows are in this family.
      List<Tables.Entry> next = store.scan(Family.STATE, from, end, 1);
      if (next.isEmpty()) {
        break;
      }
      ShardId id = Layout.shardOf(next.getFirst().key());
      shard(id);
      from = Layout.end(Layout.shard(id));
    }
    resumed = true;
    loops.forEach(loop -> loop.execute(() -> {}));
  }

  /**
   * Where loops that own state outside of shards (sessions) hand in their batches, each through a
   * lane of its own.
   */
  public Commits commits() {
    return commits;
  }

  /** Committed rows. */
  public Tables tables() {
    return store;
  }

  /** Whether disk space allows changes; one volatile read. */
  public boolean accepting() {
    return watermark.accepting();
  }

  /** Bytes that may still be written to the store's file system; asks the system. */
  public long freeBytes() {
    return store.freeBytes();
  }

  public EngineStats stats() {
    return stats;
  }

  /** Batches and commands that are not yet durable or refused: a gauge. */
  public int inFlight() {
    return commits.inFlight();
  }

  /**
   * Writes a consistent backup of all that is durable, while serving.
   *
   * @param directory must not exist, its parent must
   */
  public void checkpoint(Path directory) {
    store.checkpoint(directory);
  }

  InstantSource clock() {
    return clock;
  }

  boolean isResumed() {
    return resumed && !closing;
  }

  boolean isClosing() {
    return closing;
  }

  boolean isDead() {
    return commits.isDead();
  }

  <R extends @Nullable Object> R await(CompletableFuture<R> reply) {
    return workers.await(reply);
  }

  /** Refuses new commands, answers the queued ones, stops the loops and closes the store. */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    for (ShardLoop loop : loops) {
      workers.await(loop.drain());
    }
    workers.await(commits.drain());
    workers.close();
    store.close();
  }
}
