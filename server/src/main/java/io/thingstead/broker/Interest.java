package io.thingstead.broker;

/** What the subscription index finds for a topic. */
sealed interface Interest permits Subscription, Attachment, SharedGroup {
  /** One owner has at most one interest under a filter; a later one replaces it. */
  Object owner();
}
