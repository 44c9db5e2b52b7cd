package io.thingstead.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node in one thread, with a clock that stands still until told, a store in memory, and an order
 * of events that a seed decides: which loop takes a turn next, and so how long a commit takes.
 *
 * <p>{@code AccountShard.call} pumps until the reply is there, so feature code runs as it is.
 */
public final class Simulation {
  private static final int STEPS_MAX = 10_000_000;

  private final Random random;
  private final MemoryStore store = new MemoryStore();
  private final Consumer<Engine> wiring;
  private final EngineSettings settings;
  private final UnaryStore between;
  private final List<Throwable> fatal = new ArrayList<>();
  private final Instant started = Instant.parse("2026-01-01T00:00:00Z");
  private Instant now = started;
  private OneThread workers;
  private Engine engine;

  public Simulation(long seed) {
    this(seed, _ -> {});
  }

  /**
   * Starts a node.
   *
   * @param wiring called with each new engine, also after a restart, before it resumes: registers
   *     handlers and builds what stands on the engine
   */
  public Simulation(long seed, Consumer<Engine> wiring) {
    this(seed, new EngineSettings(2, 1024, 1024, 0, 0, 60_000), wiring, UnaryStore.NONE);
  }

  /** As above, with settings and something between engine and store. */
  public Simulation(
      long seed, EngineSettings settings, Consumer<Engine> wiring, UnaryStore between) {
    this.random = new Random(seed);
    this.wiring = wiring;
    this.settings = settings;
    this.between = between;
    workers = new OneThread();
    engine = start();
  }

  /** Wraps the store that an engine gets; called with each new engine. */
  @FunctionalInterface
  public interface UnaryStore {
    UnaryStore NONE = store -> store;

    Store wrap(Store store);
  }

  private Engine start() {
    Engine started = new Engine(between.wrap(store), workers, clock(), settings, fatal::add);
    wiring.accept(started);
    started.resume();
    return started;
  }

  /** The engine of the present run; another one after {@link #crashAndRestart}. */
  public Engine engine() {
    return engine;
  }

  public MemoryStore store() {
    return store;
  }

  /** The simulated clock, for features. */
  public InstantSource clock() {
    return () -> now;
  }

  /** The seeded source of everything that is random. */
  public Random random() {
    return random;
  }

  /** Where further simulated loops can be started; they end with a crash. */
  public Workers workers() {
    return workers;
  }

  /** What failed so that the process should have ended. */
  public List<Throwable> fatal() {
    return fatal;
  }

  /** Takes turns until no loop has anything to do at the present time. */
  public void runUntilIdle() {
    for (int step = 0; workers.step(); step++) {
      if (step > STEPS_MAX) {
        throw new AssertionError("the simulation never becomes idle");
      }
    }
  }

  /** Takes at most so many turns. */
  public void run(int turns) {
    for (int i = 0; i < turns && workers.step(); i++) {}
  }

  /** Takes turns of one loop only, until it has nothing to do. */
  public void runOnly(String loop) {
    while (workers.isReady(loop)) {
      workers.turnOf(loop);
    }
  }

  /** Lets time pass before any loop notices. */
  public void advanceWithoutTurns(Duration time) {
    now = now.plus(time);
  }

  /** When the simulation began. */
  public Instant started() {
    return started;
  }

  /** Lets time pass, with everything that becomes due on the way. */
  public void advance(Duration time) {
    Instant end = now.plus(time);
    runUntilIdle();
    while (true) {
      long next = workers.nextDeadline();
      if (next >= end.toEpochMilli()) {
        break;
      }
      now = Instant.ofEpochMilli(next);
      runUntilIdle();
    }
    now = end;
    runUntilIdle();
  }

  /**
   * The power goes, at times in the middle of a commit, and comes back: what was not synced is lost
   * or not, loops are gone, a new engine starts from the store. {@link AccountShard}s of the former
   * one are dead.
   */
  public void crashAndRestart() {
    if (random.nextBoolean()) {
      store.dieBeforeSync();
      workers.turnOf("commit");
    }
    store.crash(random);
    workers.close();
    fatal.removeIf(MemoryStore.Died.class::isInstance);
    workers = new OneThread();
    engine = start();
  }

  private final class OneThread implements Workers {
    private final List<Loop> loops = new ArrayList<>();
    private boolean closed;
    private boolean working;

    private final class Loop {
      final String name;
      final Worker worker;
      boolean ready = true;
      long deadline = Long.MAX_VALUE;

      Loop(String name, Worker worker) {
        this.name = name;
        this.worker = worker;
      }

      boolean isReady() {
        return ready || deadline <= now.toEpochMilli();
      }

      void turn() {
        ready = false;
        deadline = Long.MAX_VALUE;
        working = true;
        try {
          long millis = worker.work();
          if (millis == 0) {
            ready = true;
          } else if (millis != Worker.UNTIL_WOKEN) {
            deadline = now.toEpochMilli() + millis;
          }
        } finally {
          working = false;
        }
      }
    }

    @Override
    public Runnable start(String name, Worker worker) {
      Loop loop = new Loop(name, worker);
      loops.add(loop);
      return () -> loop.ready = true;
    }

    boolean step() {
      List<Loop> ready = closed ? List.of() : loops.stream().filter(Loop::isReady).toList();
      if (ready.isEmpty()) {
        return false;
      }
      ready.get(random.nextInt(ready.size())).turn();
      return true;
    }

    void turnOf(String name) {
      loops.stream().filter(loop -> loop.name.equals(name)).forEach(Loop::turn);
    }

    boolean isReady(String name) {
      return loops.stream().anyMatch(loop -> loop.name.equals(name) && loop.isReady());
    }

    long nextDeadline() {
      return loops.stream().mapToLong(loop -> loop.deadline).min().orElse(Long.MAX_VALUE);
    }

    @Override
    public <R extends @Nullable Object> R await(CompletableFuture<R> result) {
      if (working) {
        throw new IllegalStateException("call() inside a loop's turn would wait for itself");
      }
      while (!result.isDone()) {
        if (!step()) {
          throw new AssertionError("all loops are idle and there is no reply");
        }
      }
      return ThreadWorkers.join(result);
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
