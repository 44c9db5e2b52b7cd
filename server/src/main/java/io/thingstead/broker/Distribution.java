package io.thingstead.broker;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands a message from its publisher's lane to everyone who gets it: the hot path. Each method runs
 * on the lane it is given.
 */
final class Distribution {
  private final Lanes lanes;
  private final Router router;
  private final Broker broker;
  private final Counters counters;
  private final RetainedStore retained;

  Distribution(Broker broker, Lanes lanes, Router router, RetainedStore retained) {
    this.broker = broker;
    this.lanes = lanes;
    this.router = router;
    this.counters = broker.counters();
    this.retained = retained;
  }

  /** Hands the lane's outgoing message to everyone. */
  @Nullable Receipt route(Lane lane, Outgoing message, Origin origin) {
    return route(lane, message, origin, _ -> {});
  }

  /**
   * The same.
   *
   * @param failed hears, on the lane and before the receipt, which sinks did not take it
   */
  @Nullable Receipt route(Lane lane, Outgoing message, Origin origin, Consumer<Sink> failed) {
    counters.published.increment();
    if (message.retain) {
      retained.publish(lane, message);
    }
    Route route = message.topic.route(router);
    Delivery[][] byLane = route.byLane();
    for (int i = 0; i < byLane.length; i++) {
      Delivery[] deliveries = byLane[i];
      if (deliveries != null) {
        hand(lane, lanes.at(i), message, deliveries, route.durable()[i]);
      }
    }
    if (route.groups().length > 0 && !message.passing) {
      for (SharedGroup group : route.groups()) {
        share(lane, message, group);
      }
    }
    if (route.sinks().length > 0) {
      tell(lane, List.of(route.sinks()), message, origin, failed);
    }
    return lane.takeReceipt();
  }

  private void share(Lane lane, Outgoing message, SharedGroup group) {
    SharedGroup.Member member = group.pick(ThreadLocalRandom.current());
    if (member != null) {
      hand(lane, member.session().lane(), message, member.delivery(), true);
    } else if (message.qos == Qos.AT_MOST_ONCE) {
      counters.dropped.increment();
    } else {
      Stored kept = Stored.of(message, -1, message.qos, message.retain, Delivery.NO_IDS);
      Receipt waiting = lane.receipt();
      waiting.branch();
      lane.send(group.lane(), () -> group.backlog().offer(kept, waiting));
    }
  }

  /** Tells the lane's outgoing message to those of the sinks again that are still attached. */
  @Nullable Receipt tellAgain(
      Lane lane, List<Sink> sinks, Outgoing message, Origin origin, Consumer<Sink> failed) {
    List<Sink> attached = List.of(message.topic.route(router).sinks());
    tell(lane, sinks.stream().filter(attached::contains).toList(), message, origin, failed);
    return lane.takeReceipt();
  }

  private void hand(Lane lane, Lane to, Outgoing message, Delivery[] deliveries, boolean durable) {
    if (to == lane) {
      deliver(message, deliveries);
      return;
    }
    boolean forgotten = message.qos == Qos.AT_MOST_ONCE;
    if (lane.congested(to) && !message.passing) {
      broker.congested(deliveries.length, lane.nowMillis());
      if (!forgotten) {
        Receipt refused = lane.receipt();
        refused.branch();
        refused.complete(Outcome.OVER_QUOTA);
      }
      return;
    }
    Receipt waiting = null;
    if (durable && !message.passing && !forgotten) {
      waiting = lane.receipt();
      waiting.branch();
    }
    lane.parcel(to).add(this, message, deliveries, waiting);
  }

  private static void deliver(Outgoing message, Delivery[] deliveries) {
    boolean many = deliveries.length > 1;
    for (Delivery delivery : deliveries) {
      Delivery mine = delivery.session == message.publisher ? delivery.own : delivery;
      if (mine != null) {
        mine.session.outbound().offer(message, mine, many);
      }
    }
  }

  /** A message came from another lane, which waits for the receipt if there is one. */
  void arrived(Lane lane, Outgoing message, Delivery[] deliveries, @Nullable Receipt waiting) {
    deliver(message, deliveries);
    Receipt here = lane.takeReceipt();
    if (waiting == null) {
      return;
    }
    if (here == null) {
      lane.send(waiting.lane(), () -> waiting.complete(Outcome.ACCEPTED));
    } else {
      here.seal(outcome -> lane.send(waiting.lane(), () -> waiting.complete(outcome)));
    }
  }

  private static void tell(
      Lane lane, List<Sink> sinks, Outgoing message, Origin origin, Consumer<Sink> failed) {
    Message whole =
        new Message(
            message.topic.topic(),
            message.payload.slice(message.payloadAt, message.payloadBytes),
            message.qos,
            message.retain,
            message.expiresAtMillis,
            message.properties,
            origin,
            lane.nowMillis());
    for (Sink sink : sinks) {
      CompletionStage<?> stage = sink.accept(whole);
      if (stage == null || message.qos == Qos.AT_MOST_ONCE) {
        continue;
      }
      Receipt waiting = lane.receipt();
      waiting.branch();
      stage.whenComplete(
          (_, failure) -> {
            Runnable end =
                () -> {
                  if (failure != null) {
                    failed.accept(sink);
                  }
                  waiting.complete(failure == null ? Outcome.ACCEPTED : Outcome.UNAVAILABLE);
                };
            // What a sink has published on this lane ends here.
            if (lane.loop().current()) {
              end.run();
            } else {
              lane.loop().execute(end);
            }
          });
    }
  }
}
