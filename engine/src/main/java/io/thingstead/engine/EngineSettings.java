package io.thingstead.engine;

/**
 * The engine's limits.
 *
 * @param shardLoops threads that own shards
 * @param inboxMax commands waiting for one of them; more are refused
 * @param commitQueueMax batches decided and not yet durable, over all loops; more are refused
 * @param freeBytesLow below so many free bytes on disk commands are refused
 * @param freeBytesHigh from so many free bytes on they are accepted again
 * @param spaceCheckMillis how often free space is looked at while nothing is committed
 */
public record EngineSettings(
    int shardLoops,
    int inboxMax,
    int commitQueueMax,
    long freeBytesLow,
    long freeBytesHigh,
    long spaceCheckMillis) {
  /** What a server uses unless told otherwise. */
  public static final EngineSettings DEFAULTS =
      new EngineSettings(2, 32_768, 65_536, 512L << 20, 640L << 20, 1000);

  public EngineSettings {
    if (shardLoops < 1 || inboxMax < 1 || commitQueueMax < 1 || spaceCheckMillis < 1) {
      throw new IllegalArgumentException("an engine setting is less than 1");
    }
    if (freeBytesLow < 0 || freeBytesHigh < freeBytesLow) {
      throw new IllegalArgumentException("free space marks are not in order");
    }
  }

  /** The same with another number of shard loops. */
  public EngineSettings withShardLoops(int loops) {
    return new EngineSettings(
        loops, inboxMax, commitQueueMax, freeBytesLow, freeBytesHigh, spaceCheckMillis);
  }

  /** The same with other marks for free space. */
  public EngineSettings withFreeBytes(long low, long high) {
    return new EngineSettings(shardLoops, inboxMax, commitQueueMax, low, high, spaceCheckMillis);
  }
}
