package io.thingstead.engine;

import java.nio.file.Path;
import java.util.List;

/**
 * The durable tables of one node. Reads may come from any thread and see committed rows only;
 * commits come from the one commit thread.
 */
public interface Store extends Tables, AutoCloseable {
  /**
   * Writes these batches in order as one atomic change and returns when it survives a power loss.
   *
   * @throws CommitRefusedException when nothing was written and nothing ever will be of this group
   * @throws RuntimeException any other: the state of the log is unknown, the process must end and
   *     recover from the log; a failed sync is never retried
   */
  void commit(List<Batch> group);

  /**
   * Writes a consistent copy of the store that can be opened as a store.
   *
   * @param directory must not exist, its parent must
   */
  void checkpoint(Path directory);

  /** Bytes that may still be written to the store's file system. */
  long freeBytes();

  @Override
  void close();
}
