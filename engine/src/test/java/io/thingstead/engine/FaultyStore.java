package io.thingstead.engine;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fails the n-th operation, once, and counts them. */
public final class FaultyStore implements Store {
  private final Store store;
  private long failing;
  private boolean fatally;
  private long operations;

  /**
   * Wraps a store.
   *
   * @param failing the operation that fails, from 1; 0 for none
   * @param fatally whether a failing commit writes and then fails to sync; else it is refused
   */
  public FaultyStore(Store store, long failing, boolean fatally) {
    this.store = store;
    this.failing = failing;
    this.fatally = fatally;
  }

  /** Operations so far. */
  public long operations() {
    return operations;
  }

  /**
   * Fails an operation to come, once.
   *
   * @param in 1 for the next
   * @param dies as the constructor says
   */
  public void fail(long in, boolean dies) {
    failing = operations + in;
    fatally = dies;
  }

  /** Fails no more. */
  public void heal() {
    failing = 0;
  }

  private boolean fails() {
    operations++;
    return operations == failing;
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    if (fails()) {
      throw new StoreReadException("get, operation " + operations);
    }
    return store.get(family, key);
  }

  @Override
  public List<Entry> scan(Family family, byte[] from, byte[] to, int limit) {
    if (fails()) {
      throw new StoreReadException("scan, operation " + operations);
    }
    return store.scan(family, from, to, limit);
  }

  @Override
  public void commit(List<Batch> group) {
    if (fails()) {
      if (fatally && store instanceof MemoryStore memory) {
        memory.dieBeforeSync();
      } else {
        throw new CommitRefusedException("commit, operation " + operations);
      }
    }
    store.commit(group);
  }

  @Override
  public void checkpoint(Path directory) {
    store.checkpoint(directory);
  }

  @Override
  public long freeBytes() {
    return store.freeBytes();
  }

  @Override
  public void close() {
    store.close();
  }
}
