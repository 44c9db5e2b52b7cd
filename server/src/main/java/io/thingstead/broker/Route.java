package io.thingstead.broker;

import org.jspecify.annotations.Nullable;

/**
 * Who gets the messages of one topic, as of two versions of the subscription index.
 *
 * @param byLane the sessions of each lane, or null where a lane has none
 * @param durable whether a lane has a durable session among them
 * @param sinks parts of the server
 * @param groups shared subscriptions, each of which picks one of its members
 */
record Route(
    int version,
    int wildVersion,
    @Nullable Delivery[][] byLane,
    boolean[] durable,
    Sink[] sinks,
    SharedGroup[] groups) {

  boolean holds(SubscriptionIndex index, int stripe) {
    return index.version(stripe) == version && index.version(SubscriptionIndex.WILD) == wildVersion;
  }
}
