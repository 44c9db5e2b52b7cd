package io.thingstead.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs each worker on a platform thread of its own. */
public final class ThreadWorkers implements Workers {
  /** Deadlines are wall-clock time, which may be set: look again at least this often. */
  private static final long PARK_MAX_MILLIS = 1000;

  private final List<Loop> loops = new CopyOnWriteArrayList<>();
  private final Consumer<Throwable> fatal;

  /**
   * Makes a place for workers.
   *
   * @param fatal called when a worker throws: a defect after which its state cannot be trusted
   */
  public ThreadWorkers(Consumer<Throwable> fatal) {
    this.fatal = fatal;
  }

  @Override
  public Runnable start(String name, Worker worker) {
    Loop loop = new Loop(name, worker);
    loops.add(loop);
    loop.start();
    return loop::wake;
  }

  @Override
  public <R extends @Nullable Object> R await(CompletableFuture<R> result) {
    if (Thread.currentThread() instanceof Loop) {
      throw new IllegalStateException(
          "call() would block " + Thread.currentThread().getName() + ": use submit()");
    }
    return join(result);
  }

  /** The result, or what it failed with. */
  static <R extends @Nullable Object> R join(CompletableFuture<R> result) {
    try {
      return result.join();
    } catch (CompletionException e) {
      throw unwrapped(e);
    }
  }

  private static RuntimeException unwrapped(CompletionException e) {
    return switch (e.getCause()) {
      case Error error -> throw error;
      case RuntimeException cause -> cause;
      case null, default -> e;
    };
  }

  @Override
  public void close() {
    for (Loop loop : loops) {
      loop.stopped = true;
      LockSupport.unpark(loop);
    }
    boolean interrupted = false;
    for (Loop loop : loops) {
      try {
        loop.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Loop extends Thread {
    private final Worker worker;
    private final AtomicBoolean parked = new AtomicBoolean();
    private volatile boolean woken;
    private volatile boolean stopped;

    Loop(String name, Worker worker) {
      super(name);
      this.worker = worker;
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        while (!stopped) {
          woken = false;
          long millis = worker.work();
          if (millis > 0) {
            park(Math.min(millis, PARK_MAX_MILLIS));
          }
        }
      } catch (Throwable e) {
        fatal.accept(e);
      }
    }

    private void park(long millis) {
      parked.set(true);
      if (!woken && !stopped) {
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(millis));
      }
      parked.set(false);
    }

    void wake() {
      woken = true;
      if (parked.get() && parked.compareAndSet(true, false)) {
        LockSupport.unpark(this);
      }
    }
  }
}
