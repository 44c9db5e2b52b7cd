package io.thingstead.engine;

/**
 * Names a shard: a kind of state and a partition of it.
 *
 * @param kind 1 to 254, fixed for ever: 1 registry, 2 session, 3 shadow, 4 rule, 5 job, 6 shared
 *     group, 7 server (accounts, secrets of the server itself)
 * @param partition 0 to 65535
 */
public record ShardId(int kind, int partition) {
  public static final int REGISTRY = 1;
  public static final int SESSION = 2;
  public static final int SHADOW = 3;
  public static final int RULE = 4;
  public static final int JOB = 5;
  public static final int GROUP = 6;
  public static final int SERVER = 7;

  public ShardId {
    if (kind < 1 || kind > 254) {
      throw new IllegalArgumentException("shard kind " + kind + " is not in 1..254");
    }
    if (partition < 0 || partition > 65_535) {
      throw new IllegalArgumentException("shard partition " + partition + " is not in 0..65535");
    }
  }

  @Override
  public String toString() {
    return kind + "/" + partition;
  }
}
