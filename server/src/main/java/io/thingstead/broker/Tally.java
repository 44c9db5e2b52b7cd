package io.thingstead.broker;

import io.thingstead.model.Limits;

/**
 * How much one durable queue holds, and whether there is room for more in it and in its account.
 * Bytes of messages from before a restart are estimated until the queue was empty once.
 */
final class Tally {
  private final Broker broker;
  private final Lane lane;
  private final Numbers numbers;
  private long messages;
  private long bytes;
  private boolean ended;

  Tally(Broker broker, Lane lane, Numbers numbers) {
    this.broker = broker;
    this.lane = lane;
    this.numbers = numbers;
  }

  long bytes() {
    return bytes;
  }

  /** Whether a queue of a session has room for a message. */
  boolean fits(int messageBytes) {
    Limits.Queues limits = broker.limits().sessions().queues();
    return numbers.open() < limits.messages()
        && bytes + messageBytes <= limits.bytes()
        && fitsAccount(messageBytes);
  }

  /** Whether the account has room for a message, and the disk. */
  boolean fitsAccount(int messageBytes) {
    Limits.Queues limits = broker.limits().sessions().queues();
    Usage all = broker.usage();
    return broker.accepting()
        && all.messages() < limits.accountMessages()
        && all.bytes() + messageBytes <= limits.accountBytes();
  }

  /** The numbers have changed, and a message of these bytes came, or went if negative. */
  void changed(long moreBytes) {
    if (ended) {
      return;
    }
    long now = numbers.open();
    long nowBytes = now == 0 ? 0 : Math.max(0, bytes + moreBytes);
    broker.usage().add(lane, now - messages, nowBytes - bytes);
    messages = now;
    bytes = nowBytes;
  }

  /** The queue is over. */
  void end() {
    broker.usage().add(lane, -messages, -bytes);
    ended = true;
  }
}
