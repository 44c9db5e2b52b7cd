package io.thingstead.broker;

import io.netty.buffer.Unpooled;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what clients leave behind. A will is durable before its client is told that it is
 * connected, and until it is published or withdrawn; a restart counts as a lost connection.
 */
final class Wills {
  private static final System.Logger LOG = System.getLogger(Wills.class.getName());

  private static final long RETRY_MILLIS_MIN = 1_000;
  private static final long RETRY_MILLIS_MAX = 64_000;

  private final Broker broker;

  Wills(Broker broker) {
    this.broker = broker;
  }

  /**
   * A will that is kept.
   *
   * @param serial tells its row from those of the client's other wills, which may not be published
   *     yet
   */
  record Kept(PendingWill will, long serial) {}

  /** The client's will from now on; a former one that was waiting is withdrawn [MQTT-3.1.3-9]. */
  void set(Session session, @Nullable PendingWill will) {
    cancel(session);
    if (will != null) {
      Kept kept = new Kept(will, session.lane().incarnation());
      session.putRow(Tables.WILL, Key.of(session.clientId(), kept.serial), will.encode());
      session.will(kept);
    }
  }

  /** The client left as it should. */
  void cancel(Session session) {
    Kept kept = session.will();
    if (kept != null) {
      session.will(null);
      session.deleteRow(Tables.WILL, Key.of(session.clientId(), kept.serial));
    }
  }

  /** The client was lost: its will is published, at once or after its delay. */
  void lost(Session session) {
    Kept kept = session.will();
    if (kept == null) {
      return;
    }
    long seconds = Math.min(kept.will.delaySeconds(), session.expirySeconds());
    if (seconds == 0) {
      publish(session);
      return;
    }
    Lane lane = session.lane();
    lane.wheel()
        .at(
            lane.nowMillis() + seconds * 1000,
            () -> {
              if (kept.equals(session.will()) && !session.busy()) {
                publish(session);
              }
            });
  }

  /** The session is over, so its will does not wait any longer. */
  void sessionEnds(Session session) {
    publish(session);
  }

  private void publish(Session session) {
    Kept kept = session.will();
    if (kept != null) {
      session.will(null);
      publish(new Leaving(session.lane(), session.partition(), session.clientId(), kept), 0);
    }
  }

  /** A will that is being published. */
  private record Leaving(Lane lane, int partition, String clientId, Kept kept) {
    PendingWill will() {
      return kept.will;
    }
  }

  private void publish(Leaving one, int tries) {
    if (!broker.accepting()) {
      // Nobody could keep it now. Its row stays, so that the next start finds it too.
      again(one, tries, Outcome.UNAVAILABLE);
      return;
    }
    Lane lane = one.lane;
    PendingWill will = one.will();
    Outgoing message = lane.outgoing();
    byte[] payload = will.payload();
    message.begin(broker.topic(will.topic()), Unpooled.wrappedBuffer(payload), 0, payload.length);
    message.qos = will.qos();
    message.retain = will.retain();
    message.properties = will.properties();
    message.nowMillis = lane.nowMillis();
    message.expiresAtMillis =
        will.expirySeconds() < 0 ? Long.MAX_VALUE : message.nowMillis + will.expirySeconds() * 1000;
    message.publisher = null;
    message.passing = false;
    Origin origin = new Origin(one.clientId, will.principalId(), null, 0);
    Receipt receipt = broker.distribution().route(lane, message, origin);
    if (receipt == null) {
      forget(one);
    } else {
      receipt.seal(outcome -> published(one, tries, outcome));
    }
  }

  private void published(Leaving one, int tries, Outcome outcome) {
    switch (outcome) {
      case ACCEPTED -> forget(one);
      case OVER_QUOTA -> {
        // A receiver's queue is full, which is counted there; the others would get it again.
        LOG.log(
            System.Logger.Level.WARNING,
            "the will of client={0} on topic={1} was dropped for a receiver whose queue is full",
            one.clientId,
            one.will().topic().text());
        forget(one);
      }
      // Who has got it already gets it again, which is better than never.
      case UNAVAILABLE -> again(one, tries, outcome);
    }
  }

  private void again(Leaving one, int tries, Outcome outcome) {
    if (tries == 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the will of client={0} on topic={1} was not taken by all: {2}; it is tried again",
          one.clientId,
          one.will().topic().text(),
          outcome);
    }
    long millis = Math.min(RETRY_MILLIS_MIN << Math.min(tries, 6), RETRY_MILLIS_MAX);
    one.lane.wheel().at(one.lane.nowMillis() + millis, () -> publish(one, tries + 1));
  }

  private void forget(Leaving one) {
    one.lane
        .journal()
        .delete(
            Tables.shard(one.partition),
            broker.accountNumber(),
            Tables.WILL,
            Key.of(one.clientId, one.kept.serial));
  }

  /** The wills of clients that were connected when the server ended. */
  void load(Lane lane, List<Rows.Row> rows) {
    for (Rows.Row row : rows) {
      Key.Reader key = row.key().read();
      String clientId = key.text();
      Kept kept = new Kept(PendingWill.decode(row.value()), key.number());
      lane.gave(kept.serial);
      Session session = broker.clients().get(lane, clientId);
      // The newest comes last: older ones were being published already.
      if (session != null) {
        publish(session);
        session.will(kept);
      } else {
        publish(new Leaving(lane, Tables.partition(clientId), clientId, kept), 0);
      }
    }
    for (Rows.Row row : rows) {
      Session session = broker.clients().get(lane, row.key().read().text());
      if (session != null) {
        lost(session);
      }
    }
  }
}
