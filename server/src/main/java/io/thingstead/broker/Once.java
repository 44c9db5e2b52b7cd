package io.thingstead.broker;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One QoS 2 publish of a durable session: the packet id taken from the publisher and the rows of
 * all durable receivers become durable in one batch of the publisher's lane, so that a crash leaves
 * all of it or nothing. Only then the message goes to anyone. Sinks and retained messages get it at
 * least once: until they have it, it is in the row of the packet id, and there is no answer.
 */
final class Once {
  private static final System.Logger LOG = System.getLogger(Once.class.getName());

  /** How long until a sink that failed is told again, at first; then twice as long each time. */
  private static final long RETRY_MILLIS_MIN = 1_000;

  private static final long RETRY_MILLIS_MAX = 64_000;

  private final Broker broker;
  private final Session publisher;
  private final int packetId;
  private final Stored message;
  private final InboundRow taken;
  private final List<Sink> failed = new ArrayList<>(0);
  private long retryMillis = RETRY_MILLIS_MIN;
  private boolean unrouted;
  private final List<Place> places = new ArrayList<>();
  private int open;
  private boolean full;

  /** A message with its number in a receiver's queue; or, without a queue, for a session. */
  private record Place(@Nullable Reserving queue, Lane lane, Session session, Stored kept) {}

  /**
   * @param taken the message, with the publisher's payload, QoS and retain flag
   */
  Once(Broker broker, Session publisher, int packetId, InboundRow taken) {
    this.broker = broker;
    this.publisher = publisher;
    this.packetId = packetId;
    this.message = taken.message();
    this.taken = taken;
  }

  void start() {
    Lane lane = publisher.lane();
    Route route = message.topic.route(broker.router());
    List<List<Delivery>> durable = new ArrayList<>();
    for (int i = 0; i < route.byLane().length; i++) {
      List<Delivery> here = new ArrayList<>(0);
      Delivery[] deliveries = route.byLane()[i];
      if (deliveries != null && route.durable()[i]) {
        for (Delivery delivery : deliveries) {
          Delivery mine = delivery.session == publisher ? delivery.own : delivery;
          if (mine != null && mine.session.durable() && mine.qos != Qos.AT_MOST_ONCE) {
            here.add(mine);
          }
        }
      }
      durable.add(here);
    }
    open = 1;
    for (SharedGroup group : route.groups()) {
      reserve(group, durable);
    }
    for (int i = 0; i < durable.size(); i++) {
      List<Delivery> deliveries = durable.get(i);
      if (!deliveries.isEmpty()) {
        open++;
        Lane to = broker.lane(i);
        lane.send(to, () -> reserve(to, deliveries));
      }
    }
    gathered(List.of(), false);
  }

  private void reserve(SharedGroup group, List<List<Delivery>> sessions) {
    if (!group.durable()) {
      SharedGroup.Member member = group.pick(ThreadLocalRandom.current());
      if (member != null) {
        sessions.get(member.session().lane().number()).add(member.delivery()[0]);
      }
      return;
    }
    // The group keeps it, whoever gets it then.
    open++;
    Backlog backlog = group.backlog();
    publisher
        .lane()
        .send(
            backlog.lane(),
            () -> {
              Stored kept = backlog.reserve(message);
              List<Place> reserved =
                  kept == null
                      ? List.of()
                      : List.of(new Place(backlog, backlog.lane(), publisher, kept));
              backlog.lane().send(publisher.lane(), () -> gathered(reserved, kept == null));
            });
  }

  // On a receivers' lane.
  private void reserve(Lane at, List<Delivery> deliveries) {
    List<Place> reserved = new ArrayList<>();
    boolean noRoom = false;
    for (Delivery delivery : deliveries) {
      Session session = delivery.session;
      if (session.ended()) {
        continue;
      }
      if (!session.durable()) {
        reserved.add(new Place(null, at, session, message.delivered(-1, delivery)));
        continue;
      }
      Spool spool = session.outbound().spool();
      Stored kept = spool.reserve(message, delivery);
      if (kept == null) {
        noRoom = true;
      } else {
        reserved.add(new Place(spool, at, session, kept));
      }
    }
    boolean refused = noRoom;
    at.send(publisher.lane(), () -> gathered(reserved, refused));
  }

  private void gathered(List<Place> reserved, boolean noRoom) {
    places.addAll(reserved);
    full |= noRoom;
    if (--open > 0) {
      return;
    }
    if (full || publisher.ended()) {
      tell(false);
      refuse(Outcome.OVER_QUOTA);
      return;
    }
    for (Place place : places) {
      Reserving queue = place.queue;
      if (queue != null) {
        queue.put(publisher.lane().journal(), place.kept);
      }
    }
    // Without sinks, nothing that survives the server misses the message.
    unrouted = message.retain || message.topic.route(broker.router()).sinks().length > 0;
    publisher.putRow(
        Tables.INBOUND, publisher.key(packetId), unrouted ? taken.encode() : InboundRow.ROUTED);
    publisher.lane().journal().then(this::committed);
  }

  private void refuse(Outcome outcome) {
    publisher.inbound().answer(packetId, outcome);
  }

  private void committed(boolean durable) {
    tell(durable);
    if (!durable) {
      refuse(Outcome.UNAVAILABLE);
      return;
    }
    Lane lane = publisher.lane();
    accept(
        broker.distribution().route(lane, outgoing(message.retain), taken.origin(), failed::add));
  }

  /** Goes on after a restart, which came between the commit and the end of the routing. */
  void resume() {
    if (publisher.ended()) {
      return;
    }
    unrouted = true;
    RetainedMessage now = broker.retained(message.topic.topic());
    boolean older = now != null && now.storedAtMillis() > taken.takenAtMillis();
    Lane lane = publisher.lane();
    accept(
        broker
            .distribution()
            .route(lane, outgoing(message.retain && !older), taken.origin(), failed::add));
  }

  private Outgoing outgoing(boolean retain) {
    Outgoing out = publisher.lane().outgoing();
    out.begin(message.topic, Unpooled.wrappedBuffer(message.payload), 0, message.payload.length);
    out.qos = message.qos;
    out.retain = retain;
    out.properties = message.properties;
    out.expiresAtMillis = message.expiresAtMillis;
    out.nowMillis = publisher.lane().nowMillis();
    out.publisher = publisher;
    out.passing = true;
    return out;
  }

  private void accept(@Nullable Receipt receipt) {
    if (receipt == null) {
      routed(Outcome.ACCEPTED);
    } else {
      receipt.seal(this::routed);
    }
  }

  private void routed(Outcome outcome) {
    boolean wanted = !publisher.ended() && publisher.inbound().knows(packetId);
    if (outcome == Outcome.ACCEPTED) {
      if (wanted && unrouted) {
        publisher.putRow(Tables.INBOUND, publisher.key(packetId), InboundRow.ROUTED);
      }
      publisher.inbound().answer(packetId, outcome);
    } else if (wanted) {
      tryLater(outcome);
    }
  }

  /** The receivers have it, so the publisher must not send it anew: there is no answer yet. */
  private void tryLater(Outcome outcome) {
    if (retryMillis == RETRY_MILLIS_MIN) {
      LOG.log(
          System.Logger.Level.WARNING,
          "a QoS 2 message of client={0} on topic={1} was not taken by all: {2}; it is tried again",
          publisher.clientId(),
          message.topic.topic().text(),
          outcome);
    }
    Lane lane = publisher.lane();
    lane.wheel().at(lane.nowMillis() + retryMillis, this::again);
    retryMillis = Math.min(2 * retryMillis, RETRY_MILLIS_MAX);
  }

  private void again() {
    if (publisher.ended()) {
      return;
    }
    List<Sink> sinks = List.copyOf(failed);
    failed.clear();
    accept(
        broker
            .distribution()
            .tellAgain(
                publisher.lane(), sinks, outgoing(message.retain), taken.origin(), failed::add));
  }

  private void tell(boolean durable) {
    for (Place place : places) {
      publisher.lane().send(place.lane, () -> settle(place, durable));
    }
  }

  // On the receiver's lane.
  private static void settle(Place place, boolean durable) {
    Reserving queue = place.queue;
    if (queue == null) {
      if (durable) {
        place.session.outbound().direct(place.kept);
      }
    } else if (durable) {
      queue.confirm(place.kept);
    } else {
      queue.abandon(place.kept);
    }
  }
}
