package io.thingstead.broker;

import io.thingstead.model.topic.Topic;
import org.jspecify.annotations.Nullable;

/** A message kept for one session, in memory or read back from its queue. */
final class Stored {
  private static final TopicEntry NOWHERE = new TopicEntry(new Topic("-"));
  private static final byte[] NOTHING = {};

  final long sequence;
  final TopicEntry topic;
  final byte[] payload;
  final Qos qos;
  final boolean retain;
  final long expiresAtMillis;
  final MessageProperties properties;
  final int[] subscriptionIds;

  /** What it shares with the same message of other sessions of the lane. */
  @Nullable Body body;

  /** It is of a shared group, and this says what its member has of it; null when that is over. */
  @Nullable Lease lease;

  /** Whose branch this is, until it is durable or acknowledged. */
  @Nullable Receipt receipt;

  /** The receiver has it; its row need not be written. */
  boolean acknowledged;

  /** Its row is on disk. */
  boolean durable;

  /** Not in memory for the client; counted by the spool until it is durable. */
  boolean spilled;

  Stored(
      long sequence,
      TopicEntry topic,
      byte[] payload,
      Qos qos,
      boolean retain,
      long expiresAtMillis,
      MessageProperties properties,
      int[] subscriptionIds) {
    this.sequence = sequence;
    this.topic = topic;
    this.payload = payload;
    this.qos = qos;
    this.retain = retain;
    this.expiresAtMillis = expiresAtMillis;
    this.properties = properties;
    this.subscriptionIds = subscriptionIds;
  }

  /** Only the place of a message whose row has the rest. */
  static Stored slim(long sequence) {
    Stored slim =
        new Stored(
            sequence,
            NOWHERE,
            NOTHING,
            Qos.AT_LEAST_ONCE,
            false,
            Long.MAX_VALUE,
            MessageProperties.NONE,
            Delivery.NO_IDS);
    slim.durable = true;
    return slim;
  }

  boolean isSlim() {
    return topic == NOWHERE;
  }

  /** The same message in another queue. */
  Stored numbered(long number) {
    return copy(number, qos, retain, subscriptionIds);
  }

  /** The same message for a receiver. */
  Stored delivered(long number, Delivery delivery) {
    return copy(number, qos.min(delivery.qos), retain && delivery.retainAsPublished, delivery.ids);
  }

  private Stored copy(long number, Qos to, boolean retained, int[] ids) {
    return new Stored(number, topic, payload, to, retained, expiresAtMillis, properties, ids);
  }

  static Stored of(Outgoing message, long sequence, Qos qos, boolean retain, int[] ids) {
    Body body = message.body();
    Stored stored =
        new Stored(
            sequence,
            message.topic,
            body.payload,
            qos,
            retain,
            message.expiresAtMillis,
            message.properties,
            ids);
    stored.body = body;
    return stored;
  }

  /** What it takes in memory, roughly. */
  int bytes() {
    return payload.length + topic.bytes().length + 64;
  }

  /** What it takes on disk, roughly. */
  int contentBytes() {
    return payload.length + topic.bytes().length;
  }

  boolean expired(long nowMillis) {
    return expiresAtMillis <= nowMillis;
  }

  /** Ends its branch, once. */
  void settle(Outcome outcome) {
    Receipt waiting = takeReceipt();
    if (waiting != null) {
      waiting.complete(outcome);
    }
  }

  /** Somebody else ends its branch. */
  @Nullable Receipt takeReceipt() {
    Receipt waiting = receipt;
    receipt = null;
    return waiting;
  }
}
