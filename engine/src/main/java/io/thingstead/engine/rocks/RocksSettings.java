package io.thingstead.engine.rocks;

/**
 * Memory and log sizes of a {@link RocksStore}.
 *
 * @param cacheBytes blocks kept in memory, shared by all families
 * @param writeBufferBytes changes of one family kept in memory before they are sorted to disk; also
 *     about the size of one log file
 * @param logBytesMax all log files together, which a start after a crash has to replay
 */
public record RocksSettings(long cacheBytes, long writeBufferBytes, long logBytesMax) {
  /** For a server. */
  public static final RocksSettings DEFAULTS = new RocksSettings(64L << 20, 32L << 20, 256L << 20);

  public RocksSettings {
    if (cacheBytes < 1 << 20 || writeBufferBytes < 1 << 20 || logBytesMax < writeBufferBytes) {
      throw new IllegalArgumentException("a store needs 1 MiB of cache and of write buffer");
    }
  }
}
