package io.thingstead.mqtt;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The acknowledgements that a client's publishes still wait for, in the order in which they must be
 * sent [MQTT-4.6.0-2].
 */
final class Acks {
  /** One that waits. */
  static final class Pending {
    final int packetId;
    final boolean exactlyOnce;
    private ReasonCode reason = ReasonCode.SUCCESS;
    private Explanation explanation = Explanation.NONE;
    private boolean done;

    Pending(int packetId, boolean exactlyOnce) {
      this.packetId = packetId;
      this.exactlyOnce = exactlyOnce;
    }

    ReasonCode reason() {
      return reason;
    }

    Explanation explanation() {
      return explanation;
    }
  }

  /** Sends one. */
  interface Out {
    void send(Pending ack);
  }

  /** Made when first needed. */
  private @Nullable Queue<Pending> waiting;

  private int atLeastOnce;
  private final Out out;

  Acks(Out out) {
    this.out = out;
  }

  boolean isEmpty() {
    return waiting == null || waiting.isEmpty();
  }

  int count() {
    return waiting == null ? 0 : waiting.size();
  }

  /** Those of QoS 1; the ids of QoS 2 are counted where they are kept until released. */
  int atLeastOnce() {
    return atLeastOnce;
  }

  Pending add(int packetId, boolean exactlyOnce) {
    Pending ack = new Pending(packetId, exactlyOnce);
    Queue<Pending> all = waiting;
    if (all == null) {
      all = new ArrayDeque<>(4);
      waiting = all;
    }
    all.add(ack);
    if (!exactlyOnce) {
      atLeastOnce++;
    }
    return ack;
  }

  /** This one may go, and with it those behind that wait for nothing else. */
  void done(Pending ack, ReasonCode reason, Explanation explanation) {
    ack.reason = reason;
    ack.explanation = explanation;
    ack.done = true;
    Queue<Pending> all = Objects.requireNonNull(waiting);
    for (Pending next = all.peek(); next != null && next.done; next = all.peek()) {
      all.remove();
      if (!next.exactlyOnce) {
        atLeastOnce--;
      }
      out.send(next);
    }
  }
}
