package io.thingstead.broker;

import io.thingstead.model.Limits;
import org.jspecify.annotations.Nullable;

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

  /**
   * Why a queue of a session has no room for a message: the limit that it would exceed, or empty
   * when it is the disk's; null when it has.
   */
  @Nullable String exceeds(int messageBytes) {
    Limits.Queues limits = broker.limits().sessions().queues();
    if (numbers.open() >= limits.messages()) {
      return "sessions.queues.messages";
    }
    return bytes + messageBytes > limits.bytes()
        ? "sessions.queues.bytes"
        : exceedsAccount(messageBytes);
  }

  /** Why the account, or the disk, has no room for a message; as {@link #exceeds}. */
  @Nullable String exceedsAccount(int messageBytes) {
    Limits.Queues limits = broker.limits().sessions().queues();
    Usage all = broker.usage();
    if (!broker.accepting()) {
      return "";
    }
    if (all.messages() >= limits.accountMessages()) {
      return "sessions.queues.accountMessages";
    }
    return all.bytes() + messageBytes > limits.accountBytes()
        ? "sessions.queues.accountBytes"
        : null;
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
