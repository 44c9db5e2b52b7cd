package io.thingstead.broker;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One QoS 2 publish of a durable session: the packet id taken from the publisher and the rows of
 * all durable receivers become durable in one batch of the publisher's lane, so that a crash leaves
 * all of it or nothing. Only then the message goes to anyone.
 */
final class Once {
  private final Broker broker;
  private final Session publisher;
  private final int packetId;
  private final Stored message;
  private final Origin origin;
  private final List<Place> places = new ArrayList<>();
  private int open;
  private boolean full;

  /** A place reserved in a receiver's queue, and its row. */
  private record Place(Session session, Stored kept) {}

  /**
   * @param message with the publisher's payload, QoS and retain flag
   */
  Once(Broker broker, Session publisher, int packetId, Stored message, Origin origin) {
    this.broker = broker;
    this.publisher = publisher;
    this.packetId = packetId;
    this.message = message;
    this.origin = origin;
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
          boolean own = delivery.noLocal && delivery.session == publisher;
          if (!own && delivery.session.durable() && delivery.qos != Qos.AT_MOST_ONCE) {
            here.add(delivery);
          }
        }
      }
      durable.add(here);
    }
    for (SharedGroup group : route.groups()) {
      Subscription member = group.pick(ThreadLocalRandom.current(), message.qos);
      if (member != null) {
        // Whoever is picked now gets it, durable or not.
        durable.get(member.session().lane().number()).add(Delivery.of(member));
      }
    }
    open = 1;
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

  // On a receivers' lane.
  private void reserve(Lane at, List<Delivery> deliveries) {
    List<Place> reserved = new ArrayList<>();
    boolean noRoom = false;
    Outgoing out = at.replay(message);
    for (Delivery delivery : deliveries) {
      Session session = delivery.session;
      if (session.ended()) {
        continue;
      }
      if (!session.durable()) {
        reserved.add(
            new Place(session, Stored.of(out, -1, out.qos.min(delivery.qos), false, delivery.ids)));
        continue;
      }
      Stored kept = session.outbound().spool().reserve(out, delivery);
      if (kept == null) {
        noRoom = true;
      } else {
        reserved.add(new Place(session, kept));
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
      if (place.kept.sequence >= 0) {
        publisher
            .lane()
            .journal()
            .put(
                Tables.shard(place.session.partition()),
                broker.accountNumber(),
                Tables.QUEUE,
                place.session.key(place.kept.sequence),
                QueueRow.encode(place.kept));
      }
    }
    publisher.putRow(Tables.INBOUND, publisher.key(packetId), new byte[0]);
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
    Outgoing out = lane.outgoing();
    out.begin(message.topic, Unpooled.wrappedBuffer(message.payload), 0, message.payload.length);
    out.qos = message.qos;
    out.retain = message.retain;
    out.properties = message.properties;
    out.expiresAtMillis = message.expiresAtMillis;
    out.nowMillis = lane.nowMillis();
    out.publisher = publisher;
    out.passing = true;
    Receipt receipt = broker.route(lane, out, origin);
    if (receipt == null) {
      accept(Outcome.ACCEPTED);
    } else {
      receipt.seal(this::accept);
    }
  }

  private void accept(Outcome outcome) {
    if (outcome != Outcome.ACCEPTED) {
      // Some branch failed: the id is forgotten, so that the client may try again.
      publisher.deleteRow(Tables.INBOUND, publisher.key(packetId));
    }
    publisher.inbound().answer(packetId, outcome);
  }

  private void tell(boolean durable) {
    for (Place place : places) {
      Lane to = place.session.lane();
      publisher.lane().send(to, () -> settle(place, durable));
    }
  }

  // On the receiver's lane.
  private void settle(Place place, boolean durable) {
    Session session = place.session;
    if (session.ended()) {
      if (durable && place.kept.sequence >= 0) {
        session.deleteRow(Tables.QUEUE, session.key(place.kept.sequence));
      }
    } else if (place.kept.sequence < 0) {
      if (durable) {
        session.outbound().direct(place.kept);
      }
    } else if (durable) {
      session.outbound().spool().confirm(place.kept);
    } else {
      session.outbound().spool().abandon(place.kept);
    }
  }
}
