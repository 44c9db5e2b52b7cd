package io.thingstead.broker;

import org.jspecify.annotations.Nullable;

/**
 * One QoS 2 message on its way from a shared group's backlog into a member's own queue: its place
 * there is reserved, then both queues change in one batch of the group's lane, so that a crash
 * leaves it in one of them.
 */
final class Move {
  private final Backlog from;
  private final Session to;
  private final Delivery delivery;
  private final Stored message;
  private final Hands.Hand hand;

  Move(Backlog from, Session to, Delivery delivery, Stored message, Hands.Hand hand) {
    this.from = from;
    this.to = to;
    this.delivery = delivery;
    this.message = message;
    this.hand = hand;
  }

  void start() {
    from.lane().send(to.lane(), this::reserve);
  }

  /** A place in the member's queue. */
  private record Place(Spool queue, Stored kept) {}

  // On the member's lane.
  private void reserve() {
    Spool queue = to.outbound().spool();
    Stored kept = to.outbound().shares().takes(message) ? queue.reserve(message, delivery) : null;
    Place place = kept == null ? null : new Place(queue, kept);
    to.lane().send(from.lane(), () -> reserved(place));
  }

  private void reserved(@Nullable Place place) {
    hand.answered(place != null);
    if (place == null) {
      from.notMoved(message);
    } else if (from.ended()) {
      settle(place, false);
    } else {
      Journal journal = from.lane().journal();
      place.queue.put(journal, place.kept);
      from.leaves(message);
      journal.then(
          durable -> {
            if (!durable) {
              from.stays(message);
            }
            settle(place, durable);
            from.pump();
          });
    }
  }

  private void settle(Place place, boolean durable) {
    from.lane()
        .send(
            to.lane(),
            () -> {
              if (durable) {
                place.queue.confirm(place.kept);
              } else {
                place.queue.abandon(place.kept);
              }
            });
  }
}
