package io.thingstead.broker;

/**
 * A copy of one message's payload, which all sessions of a lane share that keep the message, and in
 * which partitions more than one of them queues it: there it is written once.
 */
final class Body {
  final byte[] payload;

  // A bit for each partition.
  private long once;
  private long twice;

  Body(byte[] payload) {
    this.payload = payload;
  }

  /** A session of this partition queues it. */
  void queuedIn(int partition) {
    long bit = 1L << partition;
    twice |= once & bit;
    once |= bit;
  }

  /** Whether several sessions of this partition queue it. */
  boolean sharedIn(int partition) {
    return (twice & 1L << partition) != 0;
  }
}
