package io.thingstead.engine;

/**
 * One submitter's ordered stream of batches; used by its owner's thread only. When a batch fails,
 * every batch that was submitted behind it fails too, because it may have been decided on top of
 * the failed one, until the owner has thrown those decisions away and calls {@link #resume}.
 */
public final class CommitLane {
  private final Commits commits;
  private int epoch;

  // Used by the commit thread only.
  int failedEpoch = -1;

  CommitLane(Commits commits) {
    this.commits = commits;
  }

  /**
   * Hands over a batch; never blocks.
   *
   * @return false when the commit queue is full (counted): nothing happened, the batch stays the
   *     caller's, who must slow its sources down and try again
   */
  public boolean submit(Batch batch, CommitListener listener) {
    if (!reserve()) {
      return false;
    }
    submitReserved(batch, listener);
    return true;
  }

  /**
   * After a failure: what was decided on top of the failed batch is gone, go on from the tables.
   */
  public void resume() {
    epoch++;
  }

  /** Whether a failure of this batch is news, that is, no {@link #resume} came after its submit. */
  public boolean isCurrent(Batch batch) {
    return batch.epoch == epoch;
  }

  boolean reserve() {
    return commits.reserve();
  }

  void release() {
    commits.release();
  }

  void submitReserved(Batch batch, CommitListener listener) {
    batch.lane = this;
    batch.listener = listener;
    batch.epoch = epoch;
    commits.enqueue(batch);
  }
}
