package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.Family;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.engine.Tables;
import io.thingstead.model.AccountId;
import io.thingstead.model.Profile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/** One account's identity on a simulated engine. */
final class Fixture {
  static final SecureRandom RANDOM = new SecureRandom();
  private static final int ROWS_MAX = 10_000;

  final HandClock clock = new HandClock();
  final Account account =
      new Account(new AccountId("000000000000"), "us-east-1", Profile.THINGSTEAD);
  final Simulation simulation =
      new Simulation(
          1,
          new EngineSettings(1, 1024, 1024, 0, 0, Integer.MAX_VALUE),
          _ -> {},
          Simulation.UnaryStore.NONE);
  final KeyPairs keys = new KeyPairs(RANDOM, 1);
  final MasterKey master;

  Fixture(Path directory) {
    master = MasterKey.open(directory.resolve("master.key"), RANDOM);
  }

  AccountShard server() {
    return shard(ShardId.SERVER);
  }

  AccountShard registry() {
    return shard(ShardId.REGISTRY);
  }

  private AccountShard shard(int kind) {
    return simulation.engine().shard(new ShardId(kind, 0)).account(account.id().number());
  }

  Certificates certificates() {
    return new Certificates(account, shard(ShardId.REGISTRY), master, keys, clock, RANDOM);
  }

  OwnCa ca() {
    return OwnCa.open(server(), master, keys, clock, RANDOM);
  }

  AccessKeys accessKeys() {
    return new AccessKeys(server(), master, RANDOM);
  }

  /** Lets time pass for the engine too. */
  void pass(Duration time) {
    clock.move(time);
    simulation.advance(time);
  }

  /** All stored rows as text, to look for secrets in. */
  List<String> stored() {
    byte[] end = new byte[64];
    java.util.Arrays.fill(end, (byte) 0xFF);
    Tables tables = simulation.engine().tables();
    return tables.scan(Family.STATE, new byte[1], end, ROWS_MAX).stream()
        .map(entry -> new String(entry.value(), StandardCharsets.ISO_8859_1))
        .toList();
  }
}
