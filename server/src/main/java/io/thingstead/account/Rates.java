package io.thingstead.account;

import io.thingstead.model.Limits;
import org.jspecify.annotations.Nullable;

/**
 * The rates that all clients of an account share; each is null when it is not limited.
 *
 * @param connects CONNECTs
 * @param connectsOfClient CONNECTs by client id
 * @param in messages that clients publish
 * @param out messages that are sent to clients
 * @param queued messages that are queued for clients that are away
 * @param subscribes subscriptions made
 * @param groupChanges subscriptions made to, and ended of, one shared group
 * @param retained retained publishes
 * @param retainedOnTopic retained publishes by topic
 * @param calls of the connection API, by operation
 * @param directMessages SendDirectMessage
 */
public record Rates(
    @Nullable Rate connects,
    @Nullable RateByKey connectsOfClient,
    @Nullable Rate in,
    @Nullable Rate out,
    @Nullable Rate queued,
    @Nullable Rate subscribes,
    @Nullable RateByKey groupChanges,
    @Nullable Rate retained,
    @Nullable RateByKey retainedOnTopic,
    @Nullable RateByKey calls,
    @Nullable Rate directMessages) {
  /** Full buckets for these limits. */
  public static Rates of(Limits limits) {
    return new Rates(
        Rate.of(limits.connect().perSecond()),
        RateByKey.of(limits.connect().perClientIdPerSecond()),
        Rate.of(limits.messages().inPerSecond()),
        Rate.of(limits.messages().outPerSecond()),
        Rate.of(limits.sessions().queuedPerSecond()),
        Rate.of(limits.subscriptions().perSecond()),
        RateByKey.of(limits.subscriptions().groupChangesPerSecond()),
        Rate.of(limits.retained().perSecond()),
        RateByKey.of(limits.retained().perTopicPerSecond()),
        RateByKey.of(limits.api().perSecond()),
        Rate.of(limits.api().directMessagesPerSecond()));
  }
}
