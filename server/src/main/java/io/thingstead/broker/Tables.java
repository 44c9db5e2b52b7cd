package io.thingstead.broker;

import io.thingstead.engine.Family;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Table;

/** The broker's tables; the numbers are on disk. */
final class Tables {
  /** (client id) to {@link SessionRow}. */
  static final Table SESSION = new Table(100, "session", Family.STATE);

  /** (client id, incarnation, filter as subscribed) to {@link SubscriptionRow}. */
  static final Table SUBSCRIPTION = new Table(101, "subscription", Family.STATE);

  /** (client id, incarnation, sequence of the first) to {@link QueueRow}s. */
  static final Table QUEUE = new Table(102, "session_queue", Family.QUEUE);

  /** (client id, incarnation) to {@link ProgressRow}. */
  static final Table PROGRESS = new Table(103, "session_progress", Family.STATE);

  /** (client id, incarnation, packet id) to {@link InboundRow}: QoS 2 messages taken. */
  static final Table INBOUND = new Table(104, "session_inbound", Family.STATE);

  /** (client id, serial) to {@link PendingWill}. */
  static final Table WILL = new Table(105, "will", Family.STATE);

  /** (share name/filter) to {@link GroupRow}. */
  static final Table GROUP = new Table(106, "group", Family.STATE);

  /** (share name/filter, incarnation, sequence of the first) to {@link QueueRow}s. */
  static final Table GROUP_QUEUE = new Table(107, "group_queue", Family.QUEUE);

  /** (share name/filter, incarnation) to {@link ProgressRow}. */
  static final Table GROUP_PROGRESS = new Table(108, "group_progress", Family.STATE);

  /** (number) to messages that several queues of the partition refer to. */
  static final Table CHUNK = new Table(109, "chunk", Family.QUEUE);

  /** (number) to the queue rows that refer to the chunk. */
  static final Table CHUNK_USERS = new Table(110, "chunk_users", Family.STATE);

  /** (topic) to a {@link QueueRow} of one message. */
  static final Table RETAINED = new Table(130, "retained", Family.STATE);

  /**
   * How many partitions sessions and retained messages are spread over, by hash; it is on disk, so
   * it never changes. More loops than this are of no use to the broker.
   */
  static final int PARTITIONS = 64;

  private Tables() {}

  /** Where a client's session, or a topic's retained message, is kept. */
  static ShardId shard(int partition) {
    return new ShardId(ShardId.SESSION, partition);
  }

  static int partition(String key) {
    int hash = key.hashCode() * 0x9E37_79B9;
    return hash >>> 26;
  }
}
