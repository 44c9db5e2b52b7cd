package io.thingstead.engine;

/**
 * Names a shard: a kind of state and a partition of it.
 *
 * @param kind 1 to 255, fixed for ever: 1 registry, 2 session, 3 shadow, 4 rule, 5 job, 6 shared
 *     group, 7 server (accounts, secrets of the server itself)
 * @param partition from 0
 */
public record ShardId(int kind, int partition) {
  public static final int REGISTRY = 1;
  public static final int SESSION = 2;
  public static final int SHADOW = 3;
  public static final int RULE = 4;
  public static final int JOB = 5;
  public static final int GROUP = 6;
  public static final int SERVER = 7;
}
