package io.thingstead.engine;

import java.util.concurrent.atomic.LongAdder;

/** What the engine counted since it was started; read at scrape time. */
public final class EngineStats {
  /** Commands that were decided. */
  public final LongAdder decided = new LongAdder();

  /** Commands refused before they were decided because disk space is short. */
  public final LongAdder refusedNoSpace = new LongAdder();

  /** Commands refused because a shard loop's inbox was full. */
  public final LongAdder refusedInboxFull = new LongAdder();

  /** Commands and batches refused because the commit queue was full. */
  public final LongAdder refusedCommitQueueFull = new LongAdder();

  /** Synced writes to the store. */
  public final LongAdder commits = new LongAdder();

  /** Microseconds that they took, all together: by {@link #commits} the time of one. */
  public final LongAdder commitMicros = new LongAdder();

  /** Batches made durable by them. */
  public final LongAdder batches = new LongAdder();

  /** Encoded bytes of these batches. */
  public final LongAdder committedBytes = new LongAdder();

  /** Batches that failed. */
  public final LongAdder failedBatches = new LongAdder();

  /** Outbox messages applied by their target. */
  public final LongAdder delivered = new LongAdder();

  /** Outbox messages sent again after a failure or a restart. */
  public final LongAdder redelivered = new LongAdder();

  /** Timers fired. */
  public final LongAdder timersFired = new LongAdder();

  /** Outbox messages and timers whose handler threw or is unknown: logged and dropped. */
  public final LongAdder handlerFailures = new LongAdder();
}
