package io.thingstead.bench;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Batch;
import io.thingstead.engine.CommitLane;
import io.thingstead.engine.Engine;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.Family;
import io.thingstead.engine.Key;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Table;
import io.thingstead.engine.ThreadWorkers;
import io.thingstead.engine.rocks.RocksSettings;
import io.thingstead.engine.rocks.RocksStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Synced commits per second of one row of 256 bytes each, with so many writers that wait for their
 * commit before they write again. {@code writers} are permits: the one benchmark thread writes when
 * one of them is free. The store is in {@code -Dthingstead.bench.dir} (default: the present
 * directory), which must be a real disk.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-XX:+UseCompactObjectHeaders",
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow"
    })
// JMH calls @Setup before it measures, which NullAway cannot see.
@SuppressWarnings("NullAway.Init")
public class CommitBenchmark {
  private static final Table TABLE = new Table(1, "bench", Family.STATE);
  private static final ShardId SHARD = new ShardId(ShardId.SESSION, 0);
  private static final int ROWS = 1_000_000;

  @Param({"1", "64", "1024"})
  int writers;

  private final Random random = new Random(1);
  private final byte[] value = new byte[256];
  private Path directory;
  private Engine engine;
  private CommitLane lane;
  private AccountShard shard;
  private Semaphore free;

  /** Opens a new store. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    directory =
        Files.createTempDirectory(
            Path.of(System.getProperty("thingstead.bench.dir", ".")), "commit-benchmark");
    random.nextBytes(value);
    engine =
        new Engine(
            RocksStore.open(directory, RocksSettings.DEFAULTS),
            new ThreadWorkers(CommitBenchmark::fail),
            InstantSource.system(),
            EngineSettings.DEFAULTS,
            CommitBenchmark::fail);
    lane = engine.commits().lane();
    shard = engine.shard(SHARD).account(1);
    free = new Semaphore(writers);
  }

  private static void fail(Throwable e) {
    throw new IllegalStateException(e);
  }

  /** A batch handed to the commit thread, as an event loop does it. */
  @Benchmark
  public void batch() throws InterruptedException {
    free.acquire();
    Batch batch = new Batch().put(SHARD, 1, TABLE, Key.of(random.nextInt(ROWS)), value);
    if (!lane.submit(batch, (_, _) -> free.release())) {
      throw new IllegalStateException("the commit queue is full");
    }
  }

  /** A command that reads its row and writes it again, through its shard. */
  @Benchmark
  public void command() throws InterruptedException {
    free.acquire();
    Key key = Key.of(random.nextInt(ROWS));
    var _ =
        shard
            .submit(
                tx -> {
                  boolean was = tx.get(TABLE, key) != null;
                  tx.put(TABLE, key, value);
                  return was;
                })
            .whenComplete((_, _) -> free.release());
  }

  /** Closes and deletes it. */
  @TearDown(Level.Trial)
  public void close() throws IOException, InterruptedException {
    free.acquire(writers);
    System.out.println(
        "batches per synced write: "
            + (double) engine.stats().batches.sum() / engine.stats().commits.sum());
    engine.close();
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
