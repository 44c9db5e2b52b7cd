package io.thingstead.engine;

import java.util.List;

/** Empties a store that no engine is using. */
public final class Emptying {
  private static final int KINDS_END = 256;

  private Emptying() {}

  /**
   * Deletes, as one durable change, the rows of all shards but those of one kind.
   *
   * @param kept the kind that stays, such as {@link ShardId#SERVER}
   */
  public static void allBut(Store store, int kept) {
    Batch batch = new Batch();
    for (Family family : Family.values()) {
      batch.rangeRecord(family, new byte[] {0}, new byte[] {(byte) kept});
      if (kept + 1 < KINDS_END) {
        batch.rangeRecord(family, new byte[] {(byte) (kept + 1)}, new byte[] {(byte) 0xFF});
      }
    }
    batch.close();
    store.commit(List.of(batch));
  }
}
