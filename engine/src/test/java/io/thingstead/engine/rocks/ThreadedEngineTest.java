package io.thingstead.engine.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Command;
import io.thingstead.engine.Engine;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.Family;
import io.thingstead.engine.Key;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.engine.Table;
import io.thingstead.engine.ThreadWorkers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine on threads and on RocksDB, as a server runs it. */
class ThreadedEngineTest {
  private static final Table TABLE = new Table(1, "table", Family.STATE);
  private static final ShardId ONE = new ShardId(ShardId.REGISTRY, 0);
  private static final ShardId TWO = new ShardId(ShardId.RULE, 0);
  private static final Key COUNTER = Key.of("counter");

  @TempDir Path temp;
  private final List<Throwable> fatal = new CopyOnWriteArrayList<>();

  private Engine open(Path path, EngineSettings settings) {
    Engine engine =
        new Engine(
            RocksStore.open(path, RocksStoreTest.SMALL),
            new ThreadWorkers(fatal::add),
            InstantSource.system(),
            settings,
            fatal::add);
    engine.handler("add", (tx, _) -> increment().decide(tx));
    engine.resume();
    return engine;
  }

  private static Command<Integer> increment() {
    return tx -> {
      byte[] value = tx.get(TABLE, COUNTER);
      int count = value == null ? 1 : ((value[0] & 0xFF) << 8 | value[1] & 0xFF) + 1;
      tx.put(TABLE, COUNTER, new byte[] {(byte) (count >>> 8), (byte) count});
      return count;
    };
  }

  @Test
  void commandsOfManyThreadsAreDecidedOneAfterTheOther() throws InterruptedException {
    try (Engine engine = open(temp, EngineSettings.DEFAULTS.withFreeBytes(0, 0))) {
      AccountShard one = engine.shard(ONE).account(1);
      AccountShard two = engine.shard(TWO).account(1);
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 16; t++) {
        threads.add(
            Thread.startVirtualThread(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    one.call(
                        tx -> {
                          tx.send(TWO, "add", new byte[0]);
                          return increment().decide(tx);
                        });
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(one.call(increment())).isEqualTo(801);
      waitUntil(() -> engine.stats().delivered.sum() == 800);
      assertThat(two.call(increment())).isEqualTo(801);
      assertThat(engine.stats().commits.sum()).isLessThan(engine.stats().batches.sum());
    }
    assertThat(fatal).isEmpty();
    try (Engine engine = open(temp, EngineSettings.DEFAULTS.withFreeBytes(0, 0))) {
      assertThat(engine.shard(ONE).account(1).call(increment())).isEqualTo(802);
    }
  }

  @Test
  void callOnAShardsThreadIsRefused() {
    try (Engine engine = open(temp, EngineSettings.DEFAULTS.withFreeBytes(0, 0))) {
      AccountShard shard = engine.shard(ONE).account(1);
      assertThatThrownBy(() -> shard.call(_ -> shard.call(increment())))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("use submit()");
    }
  }

  @Test
  void closeAnswersEverythingThatWasTaken() {
    Engine engine = open(temp, EngineSettings.DEFAULTS.withFreeBytes(0, 0));
    AccountShard shard = engine.shard(ONE).account(1);
    List<CompletableFuture<Integer>> replies = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      replies.add(shard.submit(increment()));
    }
    engine.close();
    assertThat(replies).allMatch(reply -> reply.isDone() && !reply.isCompletedExceptionally());
    assertThatThrownBy(() -> shard.call(increment())).isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void aSmallDiskThatFillsUpRefusesChangesAndRecoversByItself()
      throws IOException, InterruptedException {
    Path disk = temp.resolve("disk");
    Files.createDirectory(disk);
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString());
    // In CI nothing is skipped.
    assumeTrue(mounted || System.getenv("CI") != null, "needs root to mount a small file system");
    assertThat(mounted).as("root can mount a small file system").isTrue();
    EngineSettings settings = new EngineSettings(1, 64, 64, 24 << 20, 32 << 20, 5);
    try (Engine engine = open(disk.resolve("store"), settings)) {
      AccountShard shard = engine.shard(ONE).account(1);
      assertThat(shard.call(increment())).isEqualTo(1);
      Files.write(disk.resolve("filler"), new byte[48 << 20]);
      waitUntil(() -> !engine.accepting());
      assertThatThrownBy(() -> shard.call(increment()))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("disk space is short");
      assertThat(shard.durable().get(TABLE, COUNTER)).isEqualTo(new byte[] {0, 1});
      Files.delete(disk.resolve("filler"));
      waitUntil(engine::accepting);
      assertThat(shard.call(increment())).isEqualTo(2);
      assertThat(fatal).isEmpty();
    } finally {
      run("umount", disk.toString());
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
  }

  private static void waitUntil(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
