package io.thingstead.broker;

import io.thingstead.engine.Batch;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.model.Limits;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The durable retained messages of an account. The index changes at once, on the publisher's lane;
 * the row is written by the lane of the topic, which takes what the index has when its group
 * closes, so that the last value in memory is the last on disk.
 */
final class RetainedStore {
  /** Messages looked at in one sweep. */
  private static final int SWEPT = 1_000;

  private static final long SWEEP_MILLIS = 1_000;

  private final Broker broker;
  private final Lanes lanes;
  private final RetainedIndex index;

  /** Behind which topic the next sweep goes on. */
  private @Nullable String swept;

  private final Rower[] rowers;

  RetainedStore(Broker broker, Lanes lanes, RetainedIndex index) {
    this.broker = broker;
    this.lanes = lanes;
    this.index = index;
    rowers = new Rower[lanes.count()];
    for (int i = 0; i < rowers.length; i++) {
      rowers[i] = new Rower(lanes.at(i));
    }
  }

  RetainedIndex index() {
    return index;
  }

  @Nullable RetainedMessage get(String topic) {
    return index.get(topic);
  }

  /** Whether nobody gets the message any more. */
  boolean over(RetainedMessage message, long nowMillis) {
    long days = broker.limits().retained().kept().toDays();
    // More than a thousand years are for ever.
    return message.expired(nowMillis)
        || (days < 365_000 && nowMillis - message.storedAtMillis() >= TimeUnit.DAYS.toMillis(days));
  }

  /**
   * Removes those whose time is over, some at a time; always on the same lane. So a message costs
   * no timer, and goes at the latest when all have been looked at.
   */
  void sweep(Lane lane) {
    long now = lane.nowMillis();
    List<RetainedMessage> some = index.after(swept, SWEPT);
    for (RetainedMessage message : some) {
      if (over(message, now)) {
        expire(lane, message);
      }
    }
    swept = some.size() < SWEPT ? null : some.getLast().topic();
    lane.wheel().at(now + SWEEP_MILLIS, () -> sweep(lane));
  }

  /**
   * Why a message cannot be kept for want of room: the limit that it would exceed, or empty when it
   * is the disk's; null when it can.
   */
  @Nullable String exceeds(String topic, int payloadBytes) {
    if (!broker.accepting()) {
      return "";
    }
    if (payloadBytes == 0) {
      return null;
    }
    Limits.Retained limits = broker.limits().retained();
    RetainedMessage now = index.get(topic);
    if (now == null && index.size() >= limits.messages()) {
      return "retained.messages";
    }
    long more = RetainedMessage.bytes(topic, payloadBytes) - (now == null ? 0 : now.bytes());
    return more > 0 && index.bytes() + more > limits.bytes() ? "retained.bytes" : null;
  }

  /** Counts a message that cannot be kept. */
  void refuse(String limit) {
    broker.counters().overflowed.increment();
    if (!limit.isEmpty()) {
      broker.exceeded(limit, () -> "further retained messages are refused");
    }
  }

  /** Takes the outgoing message as its topic's retained one; an empty payload removes it. */
  void publish(Lane lane, Outgoing message) {
    String topic = message.topic.topic().text();
    boolean removes = message.payloadBytes == 0;
    if (removes && index.get(topic) == null) {
      return;
    }
    String exceeded = exceeds(topic, message.payloadBytes);
    if (exceeded != null) {
      refuse(exceeded);
      if (message.qos != Qos.AT_MOST_ONCE) {
        Receipt refused = lane.receipt();
        refused.branch();
        refused.complete(Outcome.OVER_QUOTA);
      }
      return;
    }
    if (removes) {
      index.remove(topic);
    } else {
      byte[] payload = new byte[message.payloadBytes];
      message.payload.getBytes(message.payloadAt, payload);
      index.put(
          new RetainedMessage(
              topic,
              payload,
              message.qos,
              message.expiresAtMillis,
              message.properties,
              lane.nowMillis()));
    }
    Receipt waiting = null;
    if (message.qos != Qos.AT_MOST_ONCE) {
      waiting = lane.receipt();
      waiting.branch();
    }
    write(lane, topic, waiting);
  }

  private void write(Lane lane, String topic, @Nullable Receipt waiting) {
    Lane owner = lanes.of(topic);
    lane.send(
        owner,
        () -> {
          Rower rower = rowers[owner.number()];
          rower.topics.add(topic);
          owner.journal().write(rower);
          if (waiting != null) {
            owner
                .journal()
                .then(
                    durable ->
                        owner.send(
                            waiting.lane(),
                            () ->
                                waiting.complete(
                                    durable ? Outcome.ACCEPTED : Outcome.UNAVAILABLE)));
          }
        });
  }

  /** Removes a message whose time is over, if it is still the one. */
  void expire(Lane lane, RetainedMessage message) {
    if (message.equals(index.get(message.topic()))) {
      index.remove(message.topic());
      write(lane, message.topic(), null);
    }
  }

  void load(Rows rows) {
    Key after = null;
    while (true) {
      List<Rows.Row> page = rows.scan(Tables.RETAINED, Key.ALL, after, 1000);
      for (Rows.Row row : page) {
        after = row.key();
        index.put(RetainedMessage.decode(row.key().read().text(), row.value()));
      }
      if (page.size() < 1000) {
        return;
      }
    }
  }

  /** The topics whose rows one lane has to write. */
  private final class Rower implements Journal.Writer {
    private final Lane owner;
    private final Set<String> topics = new LinkedHashSet<>();

    Rower(Lane owner) {
      this.owner = owner;
    }

    @Override
    public void write(Batch batch, Journal.Group group) {
      List<String> written = List.copyOf(topics);
      topics.clear();
      for (String topic : written) {
        RetainedMessage now = index.get(topic);
        var shard = Tables.shard(Tables.partition(topic));
        if (now == null) {
          batch.delete(shard, broker.accountNumber(), Tables.RETAINED, Key.of(topic));
        } else {
          batch.put(shard, broker.accountNumber(), Tables.RETAINED, Key.of(topic), now.encode());
        }
      }
      group.then(
          durable -> {
            if (!durable) {
              topics.addAll(written);
              owner.journal().writeLater(this);
            }
          });
    }
  }
}
