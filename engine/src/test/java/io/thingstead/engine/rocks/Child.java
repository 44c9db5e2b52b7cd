package io.thingstead.engine.rocks;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Engine;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.Family;
import io.thingstead.engine.Key;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Table;
import io.thingstead.engine.ThreadWorkers;
import java.nio.file.Path;
import java.time.InstantSource;

/** A server that is killed: writes rows from a number on and prints each that is durable. */
final class Child {
  static final Table LEFT = new Table(1, "left", Family.STATE);
  static final Table RIGHT = new Table(2, "right", Family.QUEUE);
  static final ShardId SHARD = new ShardId(ShardId.REGISTRY, 0);

  private Child() {}

  static Engine open(Path path) {
    return new Engine(
        RocksStore.open(path.resolve("store"), RocksStoreTest.SMALL),
        new ThreadWorkers(Throwable::printStackTrace),
        InstantSource.system(),
        EngineSettings.DEFAULTS.withFreeBytes(0, 0),
        Throwable::printStackTrace);
  }

  /** Arguments: data directory, first number. */
  public static void main(String[] args) {
    Path path = Path.of(args[0]);
    StoreDirectory.prepare(path);
    AccountShard shard = open(path).shard(SHARD).account(1);
    byte[] value = new byte[1000];
    for (long i = Long.parseLong(args[1]); ; i++) {
      Key key = Key.of(i);
      boolean done =
          shard.call(
              tx -> {
                tx.put(LEFT, key, value);
                tx.put(RIGHT, key, value);
                return true;
              });
      System.out.println(done ? i : -1);
    }
  }
}
