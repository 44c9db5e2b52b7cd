package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.ShardId;
import io.thingstead.model.AccountId;
import io.thingstead.model.Profile;
import java.nio.file.Path;
import java.security.SecureRandom;

/** One account's identity on shards in memory. */
final class Fixture {
  static final SecureRandom RANDOM = new SecureRandom();

  final HandClock clock = new HandClock();
  final Account account =
      new Account(new AccountId("000000000000"), "us-east-1", Profile.THINGSTEAD);
  final MemoryShard server = new MemoryShard(new ShardId(ShardId.SERVER, 0), clock);
  final MemoryShard registry = new MemoryShard(new ShardId(ShardId.REGISTRY, 0), clock);
  final KeyPairs keys = new KeyPairs(RANDOM, 1);
  final MasterKey master;

  Fixture(Path directory) {
    master = MasterKey.open(directory.resolve("master.key"), RANDOM);
  }

  Certificates certificates() {
    return new Certificates(account, registry, master, keys, clock, RANDOM);
  }

  OwnCa ca() {
    return OwnCa.open(server, master, keys, clock, RANDOM);
  }
}
